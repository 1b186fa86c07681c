import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Lease, type LeaseOptions, leasedFetch } from '../src/index.ts';
import { resolveOptions } from '../src/options.ts';
import { SqliteStore } from '../src/sqlite.ts';
import { setup } from './harness.ts';
import { namesIn, readTable } from './readme-examples.ts';

const manual = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function source(file: string): string {
  return readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8');
}

/** The members of an interface, as its source has them. */
function membersOf(file: string, name: string): string[] {
  const [, body = ''] = source(file).split(`interface ${name} {`);
  const [members = ''] = body.split('\n}');
  return [...members.matchAll(/^ {2}(?:readonly )?'?([\w-]+)'?\??:/gm)].map(([, member = '']) => member);
}

function firstCells(heading: string): string[] {
  return readTable(manual, heading).flatMap(([cell = '']) => namesIn(cell));
}

function assertSame(inManual: string[], inCode: string[]): void {
  assert.ok(inCode.length > 0);
  assert.deepEqual(inManual.toSorted(), inCode.toSorted());
}

const refresh: LeaseOptions['refresh'] = async () => ({ kind: 'transient', message: 'never asked' });

/** A number as the manual writes it. */
function toNumber(text: string): number {
  return Number(text.replaceAll(',', ''));
}

test('the manual has every option, and none that there is not', () => {
  assertSame(firstCells('`new Lease(options)`:'), membersOf('options.ts', 'LeaseOptions'));
  assertSame(firstCells('`leasedFetch(lease, options)`:'), membersOf('fetch.ts', 'LeasedFetchOptions'));
  assertSame(firstCells('`httpRefresh(options)`:'), membersOf('http-refresh.ts', 'HttpRefreshOptions'));
  assertSame(firstCells('`new SqliteStore(options)`'), membersOf('sqlite.ts', 'SqliteStoreOptions'));
  assertSame(firstCells('`clientCredentials(options)`'), membersOf('oauth.ts', 'ClientCredentialsOptions'));
});

test('the manual has every method of a lease, and none that there is not', () => {
  const methods = Object.getOwnPropertyNames(Lease.prototype).filter((name) => name !== 'constructor');
  assertSame(firstCells('| method '), methods);
});

test('the manual has every code of an error, and none that there is not', () => {
  const codes = source('errors.ts').matchAll(/\| '(ERR_LEASE_\w+)'/g);
  assertSame(
    firstCells('| `code` '),
    [...codes].map(([, code = '']) => code),
  );
});

test('the manual has every event, and none that there is not', () => {
  assertSame(firstCells('| event '), membersOf('events.ts', 'LeaseEvents'));
});

test('the manual has every function and class that is exported', async () => {
  for (const module of ['index', 'oauth', 'sqlite']) {
    const exported: object = await import(`../src/${module}.ts`);
    const missing = Object.keys(exported).filter((name) => !manual.includes(name));
    assert.deepEqual(missing, [], module);
  }
});

test('the defaults in the manual are those of the code', () => {
  const resolved = new Map<string, unknown>(Object.entries(resolveOptions({ refresh })));
  const numbers = readTable(manual, '`new Lease(options)`:').filter(([, fallback = '']) => /^[\d,]+$/.test(fallback));
  assert.ok(numbers.length > 0);
  for (const [option = '', fallback = ''] of numbers) {
    assert.equal(resolved.get(namesIn(option)[0] ?? ''), toNumber(fallback), option);
  }
  assert.deepEqual([resolved.get('name'), resolved.get('refreshIsIdempotent')], ['token', true]);
});

/** The options of a table that have a range, with its ends. */
function ranges(heading: string): [option: string, min: number, max: number][] {
  return readTable(manual, heading).flatMap(([option = '', , range = '']) => {
    const [, min = '', max = ''] = /^([\d,]+) to ([\d,]+)$/.exec(range) ?? [];
    return max === '' ? [] : [[namesIn(option)[0] ?? '', toNumber(min), toNumber(max)]];
  });
}

function assertRange(make: (value: number) => unknown, [option, min, max]: [string, number, number]): void {
  make(min);
  make(max);
  for (const value of [min - 1, max + 1, Number.NaN]) {
    const message = `${option} is ${value}; it must be a number from ${min} to ${max}.`;
    assert.throws(() => make(value), { name: 'RangeError', message });
  }
}

test('the ranges in the manual are those of the code', () => {
  const { lease } = setup();
  const leaseRanges = ranges('`new Lease(options)`:');
  const fetchRanges = ranges('`leasedFetch(lease, options)`:');
  const storeRanges = ranges('`new SqliteStore(options)`');
  assert.deepEqual([leaseRanges.length, fetchRanges.length, storeRanges.length], [4, 2, 1]);
  const store = { authority: 'manual', database: new DatabaseSync(':memory:') };
  for (const range of storeRanges) assertRange((value) => new SqliteStore({ ...store, [range[0]]: value }), range);
  for (const range of leaseRanges) assertRange((value) => resolveOptions({ refresh, [range[0]]: value }), range);
  for (const range of fetchRanges) {
    const [option] = range;
    const wrap = (value: number): unknown => (option === 'retryOn' ? [value] : value);
    assertRange((value) => leasedFetch(lease, { origins: [], [option]: wrap(value) }), range);
  }
});

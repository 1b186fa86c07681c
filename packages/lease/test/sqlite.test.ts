import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { SqliteStore, type SqliteStoreOptions } from '../src/sqlite.ts';
import { outcomeOf, SECOND, settle, setup } from './harness.ts';
import { eventually } from './siblings.ts';

function filePath(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'lease-sqlite-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'lease.db');
}

function open(t: TestContext, database: SqliteStoreOptions['database'], authority = 'a'): SqliteStore {
  const store = new SqliteStore({ authority, database, pollMs: 10 });
  t.after(() => store.close());
  return store;
}

test('a swap counts only over the version that it expects', (t) => {
  const path = filePath(t);
  const [one, two] = [open(t, path), open(t, path)];
  assert.deepEqual([one.read().version, one.read().text], [0, null]);
  assert.equal(one.swap(0, 'first'), true);
  assert.equal(two.swap(0, 'late'), false);
  assert.equal(two.swap(1, 'second'), true);
  assert.equal(one.swap(1, 'late'), false);
  assert.deepEqual([one.read().version, one.read().text], [2, 'second']);
});

test('stores of different authorities share a file and nothing else', (t) => {
  const path = filePath(t);
  const [one, two] = [open(t, path, 'one'), open(t, path, 'two')];
  one.swap(0, 'of one');
  assert.equal(two.read().text, null);
  two.swap(0, 'of two');
  assert.equal(one.read().text, 'of one');
});

test('its clock is the same for every store of the machine, and goes on', (t) => {
  const [one, two] = [open(t, filePath(t)), open(t, filePath(t))];
  const first = one.read().now;
  const second = two.read().now;
  assert.ok(second >= first && second - first < 5_000, `${first}, then ${second}`);
});

test('a change by another connection is noticed, one of its own at once', async (t) => {
  const path = filePath(t);
  const [one, two] = [open(t, path), open(t, path)];
  let noticed = 0;
  const unwatch = one.watch(() => {
    noticed += 1;
  });
  one.swap(0, 'own');
  assert.equal(noticed, 1);
  two.swap(1, 'of another');
  await eventually(() => noticed === 2);
  unwatch();
  two.swap(2, 'more');
  one.swap(3, 'and more');
  await settle();
  assert.equal(noticed, 2);
});

test('the file is for its user alone', (t) => {
  const path = filePath(t);
  open(t, path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a database of its caller is used, and left open', (t) => {
  const db = new DatabaseSync(filePath(t));
  t.after(() => db.close());
  const store = open(t, db);
  store.swap(0, 'kept');
  store.close();
  assert.equal(db.prepare('SELECT record FROM holdfast_lease').get()?.['record'], 'kept');
});

test('a writer that holds the file makes a lease wait, not ask', async (t) => {
  const path = filePath(t);
  const store = open(t, path);
  const writer = new DatabaseSync(path);
  t.after(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  const { lease, authority, clock } = setup({ store });
  const told: string[] = [];
  lease.on('store-failed', ({ operation, message }) => told.push(`${operation}: ${message}`));
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.deepEqual(told, ['write: database is locked']);
  assert.equal(authority.requests, 0);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  writer.exec('ROLLBACK');
  await clock.advance(30 * SECOND);
  await lease.acquire();
  assert.equal(lease.snapshot().sharing, 'shared');
});

test('a file that is closed under a lease does not open the gate', async (t) => {
  const store = open(t, filePath(t));
  const { lease, authority } = setup({ store });
  await settle();
  store.close();
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.equal(authority.requests, 0);
});

test('a file that is no database is refused, and left as it is', (t) => {
  const path = filePath(t);
  writeFileSync(path, 'this is a shopping list, and no database at all'.repeat(100));
  assert.throws(() => open(t, path), /not a database/);
});

test('a poll that is no number of milliseconds is refused by name', (t) => {
  const path = filePath(t);
  for (const pollMs of [0, 9, 60_001, Number.NaN]) {
    assert.throws(() => new SqliteStore({ authority: 'a', database: path, pollMs }), /^RangeError: pollMs is/);
  }
});

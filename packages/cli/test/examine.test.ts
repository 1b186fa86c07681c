import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Check, type Finding, fail, pass, type Result } from '../src/doctor/check.ts';
import { CHECK_TIMEOUT_MS, examine } from '../src/doctor/examine.ts';

const never = new AbortController().signal;

function check(name: string, needs: string[], run: Check['run']): Check {
  return { name, needs, run };
}

const good = async (): Promise<Finding> => pass('good');

function verdicts(results: readonly Result[]): string[] {
  return results.map(({ check: name, verdict, seen }) => `${name} ${verdict} ${seen}`);
}

describe('examining', () => {
  test('what needs something that failed is skipped, and says what; the rest is looked at', async () => {
    const results = await examine(
      [
        check('a', [], async () => fail('bad', 'mend it')),
        check('b', ['a'], good),
        check('c', ['b'], good),
        check('d', [], good),
        check('e', ['d'], good),
      ],
      () => {},
      never,
    );
    assert.deepEqual(verdicts(results), [
      'a fail bad',
      'b skipped needs a, which failed',
      'c skipped needs a, which failed',
      'd pass good',
      'e pass good',
    ]);
  });

  test('what was skipped for want of a subject holds nobody up', async () => {
    const results = await examine(
      [
        check('a', [], async () => ({ verdict: 'skipped', seen: 'nothing there', advice: null })),
        check('b', ['a'], good),
      ],
      () => {},
      never,
    );
    assert.deepEqual(verdicts(results), ['a skipped nothing there', 'b pass good']);
  });

  test('a check that throws has failed, with what it threw', async () => {
    const throwing = async () => {
      throw new Error('no way');
    };
    assert.deepEqual(verdicts(await examine([check('a', [], throwing)], () => {}, never)), ['a fail no way']);
  });

  test('a check that never ends is told to, and is given up', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let told = false;
    const hanging = (signal: AbortSignal) =>
      new Promise<Finding>(() => {
        signal.addEventListener('abort', () => {
          told = true;
        });
      });
    const wordy = (signal: AbortSignal) =>
      new Promise<Finding>((resolve) => {
        signal.addEventListener('abort', () => resolve(fail('it was silent', 'wake it')));
      });
    const seen: string[] = [];
    const results = examine(
      [check('a', [], hanging), check('b', [], wordy)],
      ({ check: name }) => seen.push(name),
      never,
    );
    await Promise.resolve();
    t.mock.timers.tick(CHECK_TIMEOUT_MS);
    assert.equal(told, true);
    t.mock.timers.tick(1_000);
    assert.deepEqual(verdicts(await results), ['a fail no result within 10 s', 'b fail it was silent']);
    assert.deepEqual(seen.sort(), ['a', 'b']);
  });
});

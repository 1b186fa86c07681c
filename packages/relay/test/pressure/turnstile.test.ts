import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { Turnstile } from '../../src/pressure/index.ts';

/** A turnstile whose event loop turns when the test says so. */
function turnstileFor() {
  const clock = new ManualClock();
  const loop = { delayMs: 0 };
  let resume: (() => void) | undefined;
  const turnstile = new Turnstile({
    clock,
    delayMs: () => loop.delayMs,
    targetDelayMs: 100,
    afterOthers: (next) => {
      resume = next;
    },
  });
  const served: number[] = [];
  const atOnce: number[] = [];
  const come = (n: number, costMs: number) =>
    turnstile.pass((isAtOnce) => {
      clock.block(costMs);
      served.push(n);
      if (isAtOnce) atOnce.push(n);
    });
  const turn = () => {
    const next = resume;
    resume = undefined;
    next?.();
    return next !== undefined;
  };
  return { loop, served, atOnce, come, turn };
}

describe('a turnstile', () => {
  test('serves at once whoever comes alone', () => {
    const { served, come } = turnstileFor();
    come(1, 3);
    assert.deepEqual(served, [1]);
  });

  test('serves a crowd in the order of its coming, a slice in each turn of the loop, though all come in one', () => {
    const { served, atOnce, come, turn } = turnstileFor();
    for (let n = 0; n < 10; n += 1) come(n, 4);
    assert.equal(served.length, 3);
    turn();
    assert.equal(served.length, 6);
    while (turn());
    assert.deepEqual(served, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(atOnce, [0, 1, 2], 'the others are told that time has passed');
  });

  test('lets nobody overtake those who wait', () => {
    const { served, come, turn } = turnstileFor();
    for (let n = 0; n < 5; n += 1) come(n, 8);
    turn();
    come(5, 1);
    while (turn());
    assert.deepEqual(served, [0, 1, 2, 3, 4, 5]);
  });

  test('takes less of a loop that is late, but always something', () => {
    const { loop, served, come, turn } = turnstileFor();
    loop.delayMs = 101;
    for (let n = 0; n < 5; n += 1) come(n, 4);
    for (let most = 1; most <= 5; most += 1) {
      assert.equal(served.length, most);
      turn();
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { Gathering } from '../src/links/gathering.ts';

/** A gathering whose event loop turns when the test says so. */
function gather() {
  const clock = new ManualClock();
  let resume: (() => void) | undefined;
  const served: number[][] = [];
  const gathering = new Gathering<number>({
    clock,
    serve: (some) => served.push([...some]),
    nextTurn: (next) => {
      resume = next;
    },
  });
  const turn = () => {
    const next = resume;
    resume = undefined;
    next?.();
    return next !== undefined;
  };
  return { clock, gathering, served, turn };
}

describe('a gathering', () => {
  test('of one waits for the turn that brings nobody else', () => {
    const { gathering, served, turn } = gather();
    gathering.add(1);
    turn();
    assert.deepEqual(served, []);
    turn();
    assert.deepEqual(served, [[1]]);
    assert.equal(turn(), false);
  });

  test('has all who come turn by turn, in the order of their coming', () => {
    const { gathering, served, turn } = gather();
    for (let n = 0; n < 10; n += 1) {
      gathering.add(n);
      turn();
    }
    assert.deepEqual(served, []);
    turn();
    assert.deepEqual(served, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  test('ends after 32 turns, however many still come; the next begins with who comes then', () => {
    const { gathering, served, turn } = gather();
    for (let n = 0; n < 40; n += 1) {
      gathering.add(n);
      turn();
    }
    while (turn());
    assert.deepEqual(
      served.map((some) => some.length),
      [32, 8],
    );
    assert.deepEqual(served.flat(), [...Array(40).keys()]);
  });

  test('ends after 2 ms of turns that take long', () => {
    const { clock, gathering, served, turn } = gather();
    for (let n = 0; n < 3; n += 1) {
      gathering.add(n);
      clock.block(1);
      turn();
    }
    assert.deepEqual(served, [[0, 1]]);
  });

  test('that is served may be come to again by who is served', () => {
    const clock = new ManualClock();
    const turns: (() => void)[] = [];
    const served: (readonly number[])[] = [];
    const gathering = new Gathering<number>({
      clock,
      serve: (some) => {
        served.push(some);
        if (served.length === 1) gathering.add(2);
      },
      nextTurn: (next) => turns.push(next),
    });
    gathering.add(1);
    for (let next = turns.shift(); next !== undefined; next = turns.shift()) next();
    assert.deepEqual(served, [[1], [2]]);
  });
});

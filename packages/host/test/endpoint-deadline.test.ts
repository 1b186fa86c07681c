import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DeadlineRecord } from '@holdfast/lease';
import { ManualClock } from '@holdfast/testkit';
import { EndpointDeadline } from '../src/gate/endpoint-deadline.ts';

const HOUR = 3_600_000;
const failure = { reason: 'transient', message: 'it failed', retryAfter: null, date: null } as const;

/** A deadline whose store is an object, and what it told. */
function deadlineWith(stored: unknown, { clock = new ManualClock(), failing = false } = {}) {
  const told: string[] = [];
  const kept: { record: unknown } = { record: stored };
  const store = {
    load: () => kept.record as DeadlineRecord | null, // whatever is on the disk
    save: (record: DeadlineRecord | null) => {
      if (failing) throw new Error('the disk is full');
      kept.record = record;
    },
  };
  const deadline = new EndpointDeadline({
    endpoint: 'pairing',
    store,
    clock,
    random: () => 0.5,
    onStoreFailed: (endpoint, error) => told.push(`${endpoint}: ${error}`),
  });
  return { clock, deadline, kept, told };
}

describe('a deadline that an earlier process left behind', () => {
  const moments: Record<string, { ahead: number; setAgo: number; remaining: number }> = {
    'is waited out': { ahead: 60_000, setAgo: 30_000, remaining: 60_000 },
    'lies no further ahead than when it was set, if the wall clock was put back': {
      ahead: 600_000,
      setAgo: -540_000,
      remaining: 60_000,
    },
    'lies an hour ahead at most': { ahead: 10_000 * HOUR, setAgo: 0, remaining: HOUR },
    'has ended when its moment has passed': { ahead: -1, setAgo: 60_000, remaining: 0 },
  };
  for (const [what, { ahead, setAgo, remaining }] of Object.entries(moments)) {
    test(what, () => {
      const clock = new ManualClock();
      const now = clock.wall();
      const record = { retryAt: now + ahead, setAt: now - setAgo, reason: 'transient', source: 'backoff', failures: 1 };
      assert.equal(deadlineWith(record, { clock }).deadline.remaining(), remaining);
    });
  }

  for (const garbage of [{}, { retryAt: 'soon', setAt: 0 }, { retryAt: Number.NaN, setAt: 0 }]) {
    test(`and that is ${JSON.stringify(garbage)} counts as one of unknown length, and is told`, () => {
      const { deadline, told } = deadlineWith(garbage);
      assert.equal(deadline.remaining(), 30_000);
      assert.match(deadline.message, /could not be read/);
      assert.equal(told.length, 1);
    });
  }
});

describe('a failure', () => {
  test('holds the endpoint back within the process even if it cannot be kept, which is told', () => {
    const { deadline, told } = deadlineWith(null, { failing: true });
    deadline.fail(failure);
    assert.equal(deadline.remaining(), 30_000);
    assert.deepEqual(told, ['pairing: Error: the disk is full']);
  });

  test('doubles the wait if it is the next in a row, up to a cap; of many at once the first counts', async () => {
    const { clock, deadline } = deadlineWith(null);
    const waits: number[] = [];
    for (let row = 1; row <= 5; row += 1) {
      deadline.fail(failure);
      deadline.fail(failure);
      waits.push(deadline.remaining());
      await clock.advance(deadline.remaining());
    }
    assert.deepEqual(waits, [30_000, 60_000, 120_000, 120_000, 120_000]);
  });

  test('is forgotten after a success that came after the deadline', async () => {
    const { clock, deadline, kept } = deadlineWith(null);
    deadline.fail(failure);
    deadline.succeed();
    assert.equal(deadline.remaining(), 30_000, 'that one was under way before');
    await clock.advance(30_000);
    deadline.succeed();
    assert.equal(kept.record, null);
    deadline.fail(failure);
    assert.equal(deadline.remaining(), 30_000);
  });

  test('is waited out by either clock: a machine that slept does not wait again', () => {
    const { clock, deadline } = deadlineWith(null);
    deadline.fail({ ...failure, retryAfter: '600' });
    clock.sleep(700_000);
    assert.equal(deadline.remaining(), 0);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { RestartPolicy } from '../src/agent/restart-policy.ts';

const SECOND = 1_000;

/** Seconds until an agent may be started; 0: at once. */
function wait(policy: RestartPolicy, clock: ManualClock): number {
  const { retryAt } = policy.status();
  return retryAt === null ? 0 : (retryAt - clock.wall()) / SECOND;
}

function failAtOnce(policy: RestartPolicy): void {
  const agent = {};
  policy.started(agent);
  policy.ended(agent, 'it fell over');
}

describe('an agent that fails as soon as it is started', () => {
  test('may do so three times; then the waits grow to a minute', async () => {
    const clock = new ManualClock(0);
    const policy = new RestartPolicy(clock);
    const waits: number[] = [];
    for (let n = 0; n < 11; n += 1) {
      failAtOnce(policy);
      waits.push(wait(policy, clock));
      await clock.advance(waits.at(-1) === undefined ? 0 : wait(policy, clock) * SECOND);
    }
    assert.deepEqual(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert.deepEqual(policy.status(), { failures: 11, lastFailure: 'it fell over', retryAt: null });
  });

  test('is tried once in each wait, whatever becomes of the try', async () => {
    const clock = new ManualClock(0);
    const policy = new RestartPolicy(clock);
    for (let n = 0; n < 4; n += 1) failAtOnce(policy);
    await clock.advance(2 * SECOND);
    assert.equal(wait(policy, clock), 0);
    policy.started({});
    assert.equal(wait(policy, clock), 2);
  });

  test('counts once for those that were started side by side', async () => {
    const clock = new ManualClock(0);
    const policy = new RestartPolicy(clock);
    const agents = Array.from({ length: 20 }, () => ({}));
    await clock.advance(1);
    for (const agent of agents) policy.started(agent);
    await clock.advance(1);
    for (const agent of agents) policy.ended(agent, 'it fell over');
    assert.equal(policy.status().failures, 1);
  });

  test('is forgiven once one has lived for ten seconds, also while that one goes on', async () => {
    const clock = new ManualClock(0);
    const policy = new RestartPolicy(clock);
    for (let n = 0; n < 5; n += 1) failAtOnce(policy);
    await clock.advance(4 * SECOND);
    policy.started({});
    await clock.advance(9_999);
    assert.equal(policy.status().failures, 5);
    await clock.advance(1);
    assert.deepEqual(policy.status(), { failures: 0, lastFailure: null, retryAt: null });
    policy.started({});
    assert.equal(wait(policy, clock), 0);
  });

  test('is not what ends one that somebody stopped, nor one that has lived', async () => {
    const clock = new ManualClock(0);
    const policy = new RestartPolicy(clock);
    for (let n = 0; n < 5; n += 1) {
      const agent = {};
      policy.started(agent);
      policy.ended(agent, null);
    }
    const old = {};
    policy.started(old);
    await clock.advance(10 * SECOND);
    policy.ended(old, 'it fell over');
    assert.equal(policy.status().failures, 0);
  });
});

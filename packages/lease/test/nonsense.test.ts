import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease, LeaseError, type RefreshOutcome } from '../src/index.ts';
import { ManualClock } from './harness.ts';

/** What a refresh function may resolve to that no type checker has seen. */
const nonsense: unknown[] = [
  undefined,
  null,
  5,
  'a token',
  [],
  {},
  { kind: 'fine' },
  { kind: 'success' },
  { kind: 'success', token: 5 },
];

for (const value of nonsense) {
  test(`a refresh that resolves to ${JSON.stringify(value)} is an invalid answer with a deadline, not a crash`, async () => {
    let requests = 0;
    const refresh = async () => {
      requests += 1;
      return value as RefreshOutcome; // which it is not
    };
    const lease = new Lease({ refresh, clock: new ManualClock() });
    const error = await lease.acquire().catch((caught: unknown) => caught);
    assert.ok(error instanceof LeaseError);
    assert.equal(error.code, 'ERR_LEASE_INVALID');
    assert.notEqual(error.retryAt, null);
    await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_DEFERRED' });
    assert.equal(requests, 1);
    lease.close();
  });
}

test('a failure without words is told by its kind', async () => {
  const refresh = async () => ({ kind: 'transient' }) as RefreshOutcome; // its message is missing
  const lease = new Lease({ refresh, clock: new ManualClock() });
  await assert.rejects(lease.acquire(), /it failed \(transient\) and says no more/);
  lease.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LeaseStore, MemoryStore } from '../src/index.ts';
import { HOUR, ManualClock, outcomeOf, SECOND, settle, setup } from './harness.ts';

const NOW = new ManualClock().wall();

function storeOf(clock: ManualClock): MemoryStore {
  return new MemoryStore({ authority: 'test', now: clock.monotonic });
}

/** A lease that finds `stored`; what it then makes of it. */
function restored(stored: unknown, at = NOW) {
  const clock = new ManualClock(at);
  const store = storeOf(clock);
  store.swap(0, typeof stored === 'string' ? stored : JSON.stringify({ format: 1, generation: 0, deadline: stored }));
  return { ...setup({ store }, clock), store };
}

const record = { retryAt: NOW + 120 * SECOND, setAt: NOW, reason: 'transient', source: 'retry-after', failures: 1 };

test('a deadline outlives the process: a restart inside it sends nothing', async () => {
  const clock = new ManualClock();
  const store = storeOf(clock);
  const first = setup({ store }, clock);
  first.authority.fail('transient', 503, '120');
  await assert.rejects(first.lease.acquire());
  const { retryAt } = first.lease.snapshot();
  first.lease.close();
  await clock.advance(SECOND);
  const second = setup({ store }, clock);
  assert.equal(second.lease.snapshot().retryAt, retryAt);
  assert.equal(await outcomeOf(second.lease.acquire()), 'ERR_LEASE_DEFERRED');
  await clock.advance(125 * SECOND);
  await second.lease.acquire();
  assert.equal(second.authority.requests, 1);
  assert.equal(JSON.parse(store.read().text ?? '').deadline, null);
});

test('a supervisor that restarts every second for 48 s causes two requests', async () => {
  const clock = new ManualClock();
  const store = storeOf(clock);
  let requests = 0;
  for (let second = 0; second < 48; second += 1) {
    const { lease, authority } = setup({ store }, clock);
    authority.fail('transient', 503);
    await lease.acquire().catch(() => {});
    lease.close();
    requests += authority.requests;
    await clock.advance(SECOND);
  }
  assert.equal(requests, 2);
});

test('a supervisor that restarts every second while the authority hangs causes no more', async () => {
  const clock = new ManualClock();
  const store = storeOf(clock);
  let requests = 0;
  for (let second = 0; second < 48; second += 1) {
    const { lease, authority } = setup({ store }, clock);
    authority.hang();
    lease.acquire().catch(() => {});
    await clock.advance(SECOND);
    lease.close();
    requests += authority.requests;
  }
  assert.equal(requests, 2);
});

test('a wall clock that was put back does not hold up one process after another', async () => {
  const clock = new ManualClock();
  const store = storeOf(clock);
  const first = setup({ store }, clock);
  first.authority.fail('transient', 503, '120');
  await assert.rejects(first.lease.acquire());
  first.lease.close();
  clock.setWallBy(-24 * HOUR);
  for (let second = 0; second < 126; second += 1) {
    const { lease } = setup({ store }, clock);
    assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED', `after ${second} s`);
    lease.close();
    await clock.advance(SECOND);
  }
  await setup({ store }, clock).lease.acquire();
});

test('what is stored never contains the token', async () => {
  const clock = new ManualClock();
  const store = storeOf(clock);
  const { authority, lease } = setup({ store }, clock);
  authority.lifeMs = 2 * SECOND;
  const grant = await lease.acquire();
  authority.fail('transient');
  lease.reject(grant);
  await lease.acquire().catch(() => {});
  await settle();
  const { text } = store.read();
  assert.equal(JSON.parse(text ?? '').deadline.reason, 'rejected');
  assert.doesNotMatch(text ?? '', /secret/);
});

test('a stored deadline never lies further ahead than it was set, whatever the wall clock does', async () => {
  const { lease, clock } = restored(record, NOW - 365 * 24 * HOUR);
  assert.equal(lease.snapshot().retryAt, clock.wall() + 120 * SECOND);
});

test('a stored deadline never lies beyond the cap', () => {
  const { lease } = restored({ ...record, retryAt: NOW + 1e15 });
  assert.equal(lease.snapshot().retryAt, NOW + HOUR);
});

test('a stored deadline that has ended, or never was ahead, holds up nobody', async () => {
  for (const retryAt of [NOW, NOW - 1, 0, -1e18]) await restored({ ...record, retryAt }).lease.acquire();
  await restored(record, NOW + 120 * SECOND).lease.acquire();
});

test('a stored row of failures is continued, unless it ended long ago', async () => {
  const soon = restored({ ...record, failures: 2 }, NOW + 120 * SECOND);
  soon.authority.fail('transient');
  await assert.rejects(soon.lease.acquire());
  assert.equal(soon.lease.snapshot().failures, 3);
  const late = restored({ ...record, failures: 2 }, NOW + 24 * HOUR);
  late.authority.fail('transient');
  await assert.rejects(late.lease.acquire());
  assert.equal(late.lease.snapshot().failures, 1);
});

test('a garbled record is told, counts as a short deadline, and is written anew', async () => {
  for (const stored of [
    {},
    { ...record, retryAt: null },
    { ...record, setAt: 'today' },
    7,
    'x',
    '[]',
    '{"format":2}',
  ]) {
    const { lease, store, clock } = restored(stored);
    const failures: string[] = [];
    lease.on('store-failed', ({ operation }) => failures.push(operation));
    const { retryAt, reason } = lease.snapshot();
    assert.deepEqual([retryAt, reason], [NOW + 30 * SECOND, 'store'], JSON.stringify(stored));
    await settle();
    assert.equal(JSON.parse(store.read().text ?? '').deadline.retryAt, NOW + 30 * SECOND);
    await clock.advance(30 * SECOND);
    await lease.acquire();
    assert.equal(lease.snapshot().sharing, 'shared');
  }
});

test('nonsense in the lesser fields is replaced, and the deadline kept', () => {
  const { lease } = restored({ ...record, reason: 'because', source: 4, failures: -3 });
  const { retryAt, reason, failures } = lease.snapshot();
  assert.deepEqual([retryAt, reason, failures], [NOW + 120 * SECOND, 'store', 1]);
});

const down = (): never => {
  throw new Error('database is locked');
};

test('a store that cannot be read does not open the gate', async () => {
  const store: LeaseStore = { authority: 'test', read: down, swap: down, watch: () => () => {} };
  const { lease, authority, clock } = setup({ store });
  const said: string[] = [];
  lease.on('store-failed', ({ operation, message }) => said.push(`${operation}: ${message}`));
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.match(String(lease.snapshot().message), /not at hand/);
  assert.deepEqual([lease.snapshot().sharing, said[0]], ['failing', 'read: database is locked']);
  await clock.advance(30 * SECOND);
  await lease.acquire();
  assert.equal(authority.requests, 1);
});

test('a store that cannot be written lets this lease ask alone, after one wait, and by its own deadlines', async () => {
  const clock = new ManualClock();
  const memory = storeOf(clock);
  const store: LeaseStore = { authority: 'test', read: () => memory.read(), swap: down, watch: () => () => {} };
  const { lease, authority } = setup({ store }, clock);
  authority.fail('transient', 503, '120');
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  await clock.advance(30 * SECOND);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_TRANSIENT');
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.equal(lease.snapshot().retryAt, clock.wall() + 126 * SECOND);
  await clock.advance(125 * SECOND);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.equal(authority.requests, 1);
});

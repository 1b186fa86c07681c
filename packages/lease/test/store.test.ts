import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeadlineRecord, DeadlineStore } from '../src/index.ts';
import { HOUR, ManualClock, outcomeOf, SECOND, settle, setup } from './harness.ts';

class MemoryStore implements DeadlineStore {
  record: DeadlineRecord | null = null;
  load(): DeadlineRecord | null {
    return this.record;
  }
  save(record: DeadlineRecord | null): void {
    this.record = record;
  }
}

const clock = new ManualClock();
const NOW = clock.wall();

/** A lease that finds `stored`; what it then makes of it. */
function restored(stored: unknown, at = NOW) {
  // What a damaged file may hold is not what the type says.
  const store: DeadlineStore = { load: () => stored as DeadlineRecord | null, save: () => {} };
  return setup({ store }, new ManualClock(at));
}

const record: DeadlineRecord = {
  retryAt: NOW + 120 * SECOND,
  setAt: NOW,
  reason: 'transient',
  source: 'retry-after',
  failures: 1,
};

test('a deadline outlives the process: a restart inside it sends nothing', async () => {
  const store = new MemoryStore();
  const first = setup({ store });
  first.authority.fail('transient', 503, '120');
  await assert.rejects(first.lease.acquire());
  first.lease.close();
  await first.clock.advance(SECOND);
  const second = setup({ store }, first.clock);
  assert.equal(await outcomeOf(second.lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.equal(second.lease.snapshot().retryAt, first.lease.snapshot().retryAt);
  await first.clock.advance(125 * SECOND);
  await second.lease.acquire();
  assert.equal(second.authority.requests, 1);
  assert.equal(store.record, null);
});

test('a supervisor that restarts every second for 48 s causes two requests', async () => {
  const store = new MemoryStore();
  const time = new ManualClock();
  let requests = 0;
  for (let second = 0; second < 48; second += 1) {
    const { lease, authority } = setup({ store }, time);
    authority.fail('transient', 503);
    await lease.acquire().catch(() => {});
    lease.close();
    requests += authority.requests;
    await time.advance(SECOND);
  }
  assert.equal(requests, 2);
});

test('what is stored never contains the token', async () => {
  const store = new MemoryStore();
  const { authority, lease } = setup({ store });
  authority.lifeMs = 2 * SECOND;
  const grant = await lease.acquire();
  authority.fail('transient');
  lease.reject(grant);
  await lease.acquire().catch(() => {});
  assert.notEqual(store.record, null);
  assert.doesNotMatch(JSON.stringify(store.record), /secret/);
});

test('a stored deadline never lies further ahead than it was set, whatever the wall clock does', async () => {
  const { lease, clock: time } = restored(record, NOW - 365 * 24 * HOUR);
  assert.equal(lease.snapshot().retryAt, time.wall() + 120 * SECOND);
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

test('a record that names no moment is treated as a short deadline, and said', async () => {
  for (const stored of [{}, { ...record, retryAt: Number.NaN }, { ...record, setAt: 'today' }, 7, 'x']) {
    const { lease } = restored(stored);
    const failures: string[] = [];
    lease.on('store-failed', ({ operation }) => failures.push(operation));
    const { retryAt, reason } = lease.snapshot();
    assert.deepEqual([retryAt, reason], [NOW + 30 * SECOND, 'store'], JSON.stringify(stored));
    await settle();
    assert.deepEqual(failures, ['load']);
  }
});

test('nonsense in the lesser fields is replaced, and the deadline kept', () => {
  const { lease } = restored({ ...record, reason: 'because', source: 4, failures: -3 });
  const { retryAt, reason, failures } = lease.snapshot();
  assert.deepEqual([retryAt, reason, failures], [NOW + 120 * SECOND, 'store', 1]);
});

test('a store that cannot be read does not open the gate', async () => {
  const {
    lease,
    authority,
    clock: time,
  } = setup({
    store: {
      load: () => {
        throw new Error('database is locked');
      },
      save: () => {},
    },
  });
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.match(String(lease.snapshot().message), /could not be read/);
  await time.advance(30 * SECOND);
  await lease.acquire();
  assert.equal(authority.requests, 1);
});

test('a store that cannot be written leaves the deadline in force within the process', async () => {
  const { lease, authority } = setup({
    store: {
      load: () => null,
      save: () => {
        throw new Error('disk full');
      },
    },
  });
  const said: unknown[] = [];
  lease.on('store-failed', (event) => said.push(event));
  authority.fail('transient');
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT' });
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.deepEqual(said, [{ operation: 'save', message: 'disk full' }]);
});

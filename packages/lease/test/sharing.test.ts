import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseEvents } from '../src/index.ts';
import { HOUR, MINUTE, outcomeOf, SECOND, settle } from './harness.ts';
import { codes, FaultyStore, Siblings } from './siblings.ts';

test('five leases without a shared token refresh in turn, never two at once, and generations rise', async () => {
  const world = new Siblings();
  const leases = world.leases(5);
  const grants = await Promise.all(leases.map((lease) => lease.acquire()));
  assert.equal(world.authority.requests, 5);
  assert.equal(world.authority.mostRunning, 1);
  assert.deepEqual(grants.map(({ generation }) => generation).sort(), [1, 2, 3, 4, 5]);
  assert.equal(world.stored.generation, 5);
  assert.equal(world.stored.lock, null);
});

test('a failure defers all of them, and only one has asked', async () => {
  const world = new Siblings();
  world.authority.fail('transient', 503, '120');
  const leases = world.leases(5);
  const found = (await codes(leases)).sort();
  assert.deepEqual(found, [...Array.from({ length: 4 }, () => 'ERR_LEASE_DEFERRED'), 'ERR_LEASE_TRANSIENT']);
  assert.equal(world.authority.requests, 1);
  await settle();
  for (const lease of leases) {
    assert.equal(lease.snapshot().retryAt, world.clock.wall() + 126 * SECOND);
    assert.equal(lease.snapshot().state, 'deferred');
  }
  await world.clock.advance(125 * SECOND);
  await codes(leases);
  assert.equal(world.authority.requests, 1);
});

test('in an outage of ten minutes five leases ask as often as one would', async () => {
  const world = new Siblings();
  world.authority.fail('transient');
  const ready = world.leases(5).map((lease) => lease.waitUntilReady());
  await world.clock.advance(10 * MINUTE);
  // 30, 60, 120, 120 s and so on: at 0, 30, 90, 210, 330, 450, 570 s.
  assert.equal(world.authority.requests, 7);
  world.authority.recover();
  await world.clock.advance(5 * MINUTE);
  assert.equal((await Promise.all(ready)).length, 5);
  assert.equal(world.authority.mostRunning, 1);
});

test('a success of one lifts the deadline for all', async () => {
  const world = new Siblings();
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  world.authority.fail('transient');
  await codes([first]);
  await settle();
  assert.equal(second.snapshot().reason, 'transient');
  const cleared: unknown[] = [];
  second.on('deadline-cleared', (event) => cleared.push(event));
  first.adopt(world.authority.token());
  await settle();
  assert.deepEqual(cleared, [{ reason: 'sibling' }]);
  assert.equal(second.snapshot().retryAt, null);
});

test('a lease told of a deadline says so, and who waits for it gets its token when it is over', async () => {
  const world = new Siblings();
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  const told: LeaseEvents['deadline-set'][] = [];
  second.on('deadline-set', (event) => told.push(event));
  world.authority.fail('transient', 429, '60');
  await codes([first]);
  await settle();
  assert.deepEqual(told, [{ retryAt: world.clock.wall() + 63 * SECOND, reason: 'transient', source: 'retry-after' }]);
  const error = await second.acquire().catch((reason: unknown) => reason);
  assert.match(String(error), /another process.*may be asked again at 2030-01-01T00:01:03/s);
});

test('a lease that waits for its turn goes on at once when the other lets go', async () => {
  const world = new Siblings();
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  const answer = world.authority.hang();
  const ours = first.acquire();
  await settle();
  const theirs = second.acquire();
  await settle();
  assert.equal(world.authority.requests, 1);
  world.authority.next = () => world.authority.token();
  answer(world.authority.token());
  assert.deepEqual([(await ours).generation, (await theirs).generation], [1, 2]);
});

test('a holder that dies is succeeded when its lock has outlived its timeout, and no sooner', async () => {
  const world = new Siblings();
  const { lease, die } = world.mortal();
  world.authority.hang();
  lease.acquire().catch(() => {});
  await settle();
  die();
  const heir = world.lease().acquire();
  world.authority.recover();
  await world.clock.advance(35 * SECOND - 1);
  assert.equal(world.authority.requests, 1);
  await world.clock.advance(1);
  assert.equal((await heir).generation, 1);
});

test('no clock that somebody sets ends a lock, or makes it last', async () => {
  for (const jump of [-24 * HOUR, 24 * HOUR]) {
    const world = new Siblings();
    const { lease, die } = world.mortal();
    world.authority.hang();
    lease.acquire().catch(() => {});
    await settle();
    die();
    world.clock.setWallBy(jump);
    world.authority.recover();
    const heir = world.lease().acquire();
    await world.clock.advance(34 * SECOND);
    assert.equal(world.authority.requests, 1);
    await world.clock.advance(SECOND);
    assert.equal((await heir).generation, 1);
  }
});

test('a lock from before a reboot, or one that claims to last for a year, holds up nobody for long', async () => {
  const world = new Siblings();
  const lock = { owner: 'gone', startedAt: 5e12, until: 5e12 + 40 * SECOND };
  world.store.swap(0, JSON.stringify({ format: 1, generation: 3, lock }));
  assert.equal((await world.lease().acquire()).generation, 4);
  const now = world.clock.monotonic();
  const endless = { owner: 'gone', startedAt: now, until: now + 365 * 24 * HOUR };
  world.store.swap(world.store.read().version, JSON.stringify({ format: 1, generation: 4, lock: endless }));
  const ready = world.lease().waitUntilReady();
  await world.clock.advance(11 * MINUTE + SECOND);
  assert.equal((await ready).generation, 5);
});

test('closing in the middle of a request lets go of the lock at once, and leaves a deadline', async () => {
  const world = new Siblings();
  const first = world.lease();
  world.authority.hang();
  const ours = first.acquire();
  await settle();
  assert.notEqual(world.stored.lock, null);
  first.close();
  assert.equal(world.stored.lock, null);
  assert.equal(await outcomeOf(ours), 'ERR_LEASE_CLOSED');
  assert.equal(world.lease().snapshot().retryAt, world.clock.wall() + 30 * SECOND);
});

test('a refused token lifts the deadline that all keep, an old one does not', async () => {
  const world = new Siblings();
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  const old = await first.acquire();
  await world.clock.advance(50 * MINUTE);
  first.adopt(world.authority.token());
  world.authority.fail('transient');
  await codes([second]);
  await settle();
  assert.equal(first.reject(old), false);
  await settle();
  assert.notEqual(world.stored.deadline, null);
  await world.clock.advance(20 * SECOND);
  const grant = first.peek();
  assert.ok(grant);
  assert.equal(first.reject(grant), true);
  await settle();
  assert.equal(world.stored.deadline, null);
  assert.equal(second.snapshot().retryAt, null);
});

test('a recovery in the middle of a flight keeps the lock for the second try', async () => {
  const world = new Siblings();
  let waited = false;
  const first = world.lease({
    recover: () => new Promise((resolve) => void world.clock.setTimer(29 * SECOND, () => resolve(true))),
  });
  world.authority.next = async () => {
    if (waited)
      return new Promise((resolve) => world.clock.setTimer(29 * SECOND, () => resolve(world.authority.token())));
    waited = true;
    return world.authority.failure('unauthorized', 401);
  };
  const ours = first.acquire();
  await settle();
  const theirs = world.lease().acquire();
  await world.clock.advance(58 * SECOND);
  assert.equal((await ours).generation, 1);
  assert.equal(world.authority.mostRunning, 1);
  await world.clock.advance(30 * SECOND);
  assert.equal((await theirs).generation, 2);
});

test('who waits while others ask for minutes on end is told, and asks nothing', async () => {
  const world = new Siblings();
  const now = world.clock.monotonic();
  const lock = { owner: 'other', startedAt: now, until: now + 600 * SECOND };
  world.store.swap(0, JSON.stringify({ format: 1, generation: 0, lock }));
  const waiting = assert.rejects(world.lease().acquire(), { code: 'ERR_LEASE_TRANSIENT', message: /other processes/ });
  await world.clock.advance(80 * SECOND);
  await waiting;
  assert.equal(world.authority.requests, 0);
});

test('what a lease leaves behind when it is closed is no timer and no watcher', async () => {
  const world = new Siblings();
  const leases = world.leases(3);
  world.authority.hang();
  for (const lease of leases) lease.acquire().catch(() => {});
  await settle();
  for (const lease of leases) lease.close();
  await settle();
  assert.equal(world.clock.timers, 0);
  assert.equal(world.stored.lock, null);
});

test('a process that stood still while it took the lock anew takes it once more before it asks', async () => {
  const world = new Siblings();
  const store = new FaultyStore(world.store, world.clock);
  store.delayMs = 100;
  const lease = world.lease({ store, recover: async () => true });
  const left: number[] = [];
  world.authority.next = async () => {
    const { lock } = world.stored;
    left.push(lock === null ? 0 : lock.until - world.clock.monotonic());
    if (left.length === 2) return world.authority.token();
    await new Promise<void>((resolve) => void world.clock.setTimer(5 * SECOND, resolve));
    return world.authority.failure('unauthorized', 401);
  };
  const waiting = lease.acquire();
  await world.clock.advance(5 * SECOND + 450);
  world.clock.block(MINUTE);
  await world.clock.advance(5 * SECOND);
  await waiting;
  assert.equal(left.length, 2);
  assert.ok(
    left.every((ms) => ms > 30 * SECOND),
    `${left}`,
  );
});

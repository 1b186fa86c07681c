import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, MINUTE, SECOND, settle } from './harness.ts';
import { codes, FaultyStore, Siblings } from './siblings.ts';

/** A lease whose store does what a test says. */
function onFaultyStore() {
  const world = new Siblings();
  const store = new FaultyStore(world.store, world.clock);
  return { world, store, lease: world.lease({ store }) };
}

/** One that has taken the lock, and does not know it. */
async function unheard() {
  const faulty = onFaultyStore();
  await settle();
  faulty.store.fault = 'write-lost';
  assert.deepEqual(await codes([faulty.lease]), ['ERR_LEASE_DEFERRED']);
  return faulty;
}

test('a store that hangs holds up nobody for longer than its bound, then counts as failing', async () => {
  const { world, store, lease } = onFaultyStore();
  await lease.acquire();
  store.fault = 'hang';
  await world.clock.advance(HOUR);
  const waiting = assert.rejects(lease.acquire(), { code: 'ERR_LEASE_DEFERRED' });
  await world.clock.advance(2 * SECOND);
  await waiting;
  assert.equal(lease.snapshot().sharing, 'failing');
  const ready = lease.waitUntilReady();
  await world.clock.advance(34 * SECOND);
  assert.notEqual(lease.peek(), null);
  // Its result could not be written in time either: the waiters get it when that is given up.
  await world.clock.advance(4 * SECOND);
  assert.equal((await ready).generation, 2);
  assert.equal(world.authority.requests, 2);
});

test('a store that fails keeps what is known in force: the deadline, and the lock of another', async () => {
  const { world, store, lease } = onFaultyStore();
  world.authority.fail('transient', 503, '300');
  await codes([lease]);
  store.fault = 'both';
  await world.clock.advance(314 * SECOND);
  assert.deepEqual(await codes([lease]), ['ERR_LEASE_DEFERRED']);
  assert.equal(world.authority.requests, 1);

  const other = new Siblings();
  const failing = new FaultyStore(other.store, other.clock);
  const second = other.lease({ store: failing, random: () => 0 });
  other.authority.hang();
  other
    .lease()
    .acquire()
    .catch(() => {});
  await settle();
  failing.fault = 'both';
  assert.deepEqual(await codes([second]), ['ERR_LEASE_DEFERRED']);
  assert.equal(second.snapshot().retryAt, other.clock.wall() + 35 * SECOND);
});

test('a store that comes back is used again, and told so; a deadline of the meantime is shared', async () => {
  const { world, store, lease } = onFaultyStore();
  const events: string[] = [];
  lease.on('store-failed', ({ operation }) => events.push(operation));
  lease.on('store-recovered', () => events.push('recovered'));
  store.fault = 'both';
  await settle();
  await codes([lease]);
  await world.clock.advance(30 * SECOND);
  world.authority.fail('transient', 503, '600');
  await codes([lease]);
  assert.equal(world.authority.requests, 1);
  assert.equal(world.store.read().text, null);
  store.fault = 'none';
  await world.clock.advance(10 * SECOND);
  const sibling = world.lease();
  sibling.adopt(world.authority.token());
  await settle();
  assert.equal(events.at(-1), 'recovered');
  assert.equal(lease.snapshot().sharing, 'shared');
  assert.equal(world.stored.deadline?.reason, 'transient');
  assert.equal(sibling.snapshot().reason, 'transient');
});

test('a blind wait is for the blind alone: nobody else is held up by it, and it ends when the store can be read', async () => {
  const { world, store, lease: blind } = onFaultyStore();
  await settle();
  store.fault = 'both';
  assert.deepEqual(await codes([blind]), ['ERR_LEASE_DEFERRED']);
  store.fault = 'none';
  const sibling = world.lease();
  await sibling.acquire();
  await settle();
  assert.equal(world.stored.deadline, null);
  assert.equal(blind.snapshot().state, 'required');
  await blind.acquire();
  assert.equal(blind.snapshot().sharing, 'shared');
});

test('an answer of the store that came too late to be believed leaves nothing locked', async () => {
  const { world, store, lease } = await unheard();
  store.fault = 'none';
  await world.clock.advance(30 * SECOND);
  await lease.acquire();
  assert.equal(world.stored.lock, null);
  assert.equal(world.authority.requests, 1);
});

test('two leases whose writes are heard but never acknowledged do not shout at each other', async () => {
  const world = new Siblings();
  const stores = [0, 1].map(() => new FaultyStore(world.store, world.clock));
  const [first, second] = stores.map((store) => world.lease({ store }));
  assert.ok(first && second);
  world.authority.fail('transient');
  await codes([first]);
  await settle();
  for (const store of stores) store.fault = 'write-lost';
  const before = world.store.read().version;
  second.adopt(world.authority.token());
  await world.clock.advance(40 * SECOND);
  await codes([first]);
  await world.clock.advance(MINUTE);
  const swaps = world.store.read().version - before;
  assert.ok(swaps < 20, `${swaps} swaps`);
});

test('a deadline that is on its way outlives an older one that is lifted meanwhile', async () => {
  const world = new Siblings();
  const slow = new FaultyStore(world.store, world.clock);
  slow.delayMs = 100;
  const [first, second] = [world.lease({ store: slow }), world.lease()];
  world.authority.fail('transient');
  await codes([second]);
  await world.clock.advance(31 * SECOND);
  const waiting = assert.rejects(first.acquire(), { code: 'ERR_LEASE_TRANSIENT' });
  await world.clock.advance(SECOND / 4);
  assert.equal(world.authority.requests, 2);
  second.adopt(world.authority.token());
  await settle();
  assert.match(String(world.store.read().text), /"deadline":null/);
  await world.clock.advance(SECOND);
  await waiting;
  assert.equal(world.stored.deadline?.failures, 2);
  assert.equal(first.snapshot().retryAt, second.snapshot().retryAt);
});

test('a lock that was taken unnoticed is let go of as soon as the store is heard again', async () => {
  const { world, store, lease } = await unheard();
  assert.notEqual(world.stored.lock, null);
  store.fault = 'none';
  await world.clock.advance(6 * SECOND);
  world.lease().adopt(world.authority.token());
  await settle();
  assert.equal(world.stored.lock, null);
  assert.equal(lease.snapshot().sharing, 'shared');
});

test('a lease that could not say what came of its request says it later', async () => {
  const { world, store, lease } = onFaultyStore();
  const answer = world.authority.hang();
  const waiting = lease.acquire();
  await settle();
  store.fault = 'both';
  answer(world.authority.token());
  assert.equal((await waiting).generation, 1);
  assert.notEqual(world.stored.lock, null);
  store.fault = 'none';
  await world.clock.advance(6 * SECOND);
  lease.adopt(world.authority.token());
  await settle();
  assert.equal(world.stored.generation, 2);
  assert.equal(world.stored.lock, null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefreshFailure } from '../src/index.ts';
import { mayHaveRun } from '../src/may-have-run.ts';
import { HOUR, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';
import { Siblings } from './siblings.ts';

const once = { refreshIsIdempotent: false };

test('a timeout of a refresh that must not be repeated stops every request until the credentials change', async () => {
  const { authority, lease, clock } = setup(once);
  authority.hang();
  const waiting = assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT', message: /not repeated/ });
  await clock.advance(30 * SECOND);
  await waiting;
  await clock.advance(HOUR);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_AMBIGUOUS');
  const { latched, reason, retryAt } = lease.snapshot();
  assert.deepEqual([latched, reason, retryAt], [true, 'ambiguous', null]);
  assert.equal(authority.requests, 1);
  authority.recover();
  lease.credentialsChanged();
  await lease.acquire();
  assert.equal(authority.requests, 2);
});

test('the same timeout of a refresh that may be repeated is a deadline like any other', async () => {
  const { authority, lease, clock } = setup();
  authority.hang();
  const waiting = assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT' });
  await clock.advance(30 * SECOND);
  await waiting;
  authority.recover();
  await clock.advance(30 * SECOND);
  await lease.acquire();
});

test('a valid token outlives the ambiguity, and a token by another way ends it', async () => {
  const { authority, lease, clock } = setup(once);
  const grant = await lease.acquire();
  await clock.advance(56 * MINUTE);
  authority.hang();
  assert.equal(await lease.acquire(), grant);
  await clock.advance(30 * SECOND);
  assert.equal(await lease.acquire(), grant);
  assert.equal(lease.snapshot().latched, true);
  lease.adopt(authority.token());
  assert.equal(lease.snapshot().latched, false);
});

test('what the authority refused outright was not carried out', () => {
  const receivedAt = { wall: 0, monotonic: 0 };
  const answer = (status: number | null) => ({ status, requestId: null, retryAfter: null, date: null, receivedAt });
  const failure = (kind: RefreshFailure['kind'], status: number | null, cause?: unknown): RefreshFailure => {
    return { kind, message: 'failed', answer: status === null ? null : answer(status), cause };
  };
  for (const status of [408, 425, 429, 500, 503]) assert.equal(mayHaveRun(failure('transient', status)), false);
  for (const status of [502, 504, 200]) assert.equal(mayHaveRun(failure('transient', status)), true);
  assert.equal(mayHaveRun(failure('invalid', 200)), true);
  assert.equal(mayHaveRun(failure('invalid', 400)), false);
  assert.equal(mayHaveRun(failure('invalid', null)), false);
  assert.equal(mayHaveRun(failure('unauthorized', 401)), false);
  assert.equal(mayHaveRun(failure('gone', 404)), false);
  assert.equal(mayHaveRun(failure('transient', null)), true);
  const refused = new TypeError('fetch failed', {
    cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  });
  assert.equal(mayHaveRun(failure('transient', null, refused)), false);
  const reset = new TypeError('fetch failed', { cause: Object.assign(new Error('read'), { code: 'ECONNRESET' }) });
  assert.equal(mayHaveRun(failure('transient', null, reset)), true);
});

test('siblings and successors learn of it, and of its end', async () => {
  const world = new Siblings(once);
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  world.authority.next = () => Promise.reject(new Error('socket hang up'));
  assert.equal(await outcomeOf(first.acquire()), 'ERR_LEASE_TRANSIENT');
  assert.equal(await outcomeOf(second.acquire()), 'ERR_LEASE_AMBIGUOUS');
  assert.equal(await outcomeOf(world.lease().acquire()), 'ERR_LEASE_AMBIGUOUS');
  assert.equal(world.authority.requests, 1);
  const told: unknown[] = [];
  first.on('unlatched', (event) => told.push(event));
  world.authority.recover();
  second.credentialsChanged();
  await settle();
  assert.deepEqual(told, [{ reason: 'sibling' }]);
  await first.acquire();
});

test('a holder that died in the middle of a refresh leaves it ambiguous', async () => {
  const world = new Siblings(once);
  const { lease, die } = world.mortal();
  world.authority.hang();
  lease.acquire().catch(() => {});
  await settle();
  die();
  world.authority.recover();
  const heir = world.lease();
  const waiting = assert.rejects(heir.acquire(), { code: 'ERR_LEASE_AMBIGUOUS', message: /another process ended/ });
  await world.clock.advance(35 * SECOND);
  await waiting;
  assert.equal(world.authority.requests, 1);
  assert.equal(world.stored.ambiguous, true);
  heir.credentialsChanged();
  await heir.acquire();
  assert.equal(world.stored.ambiguous, false);
});

test('closing in the middle of a request leaves it ambiguous; closing at any other time does not', async () => {
  const world = new Siblings(once);
  const first = world.lease();
  await first.acquire();
  first.close();
  assert.equal(world.stored.ambiguous, false);
  const second = world.lease();
  world.authority.hang();
  second.acquire().catch(() => {});
  await settle();
  second.close();
  assert.equal(world.stored.ambiguous, true);
  assert.equal(await outcomeOf(world.lease().acquire()), 'ERR_LEASE_AMBIGUOUS');
});

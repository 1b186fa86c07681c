import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease, LeaseEventType } from '../src/index.ts';
import { inWindow, MINUTE, SECOND, settle, setup } from './harness.ts';

const TYPES: readonly LeaseEventType[] = [
  'refresh-started',
  'refreshed',
  'refresh-failed',
  'deadline-set',
  'deadline-cleared',
  'token-cleared',
  'latched',
  'unlatched',
  'recovered',
  'late-answer',
  'store-failed',
];

function record(lease: Lease): [LeaseEventType, unknown][] {
  const events: [LeaseEventType, unknown][] = [];
  for (const type of TYPES) lease.on(type, (event) => events.push([type, event]));
  return events;
}

test('a failure and the success after it are told in order, with their moments', async () => {
  const { authority, lease, clock } = setup();
  const events = record(lease);
  authority.fail('transient', 503, '60');
  const failedAt = clock.wall();
  const retryAt = failedAt + 63 * SECOND;
  await assert.rejects(lease.acquire());
  authority.recover();
  await clock.advance(63 * SECOND);
  const { expiresAt } = await lease.acquire();
  const failure = { status: 503, requestId: 'req-1', at: failedAt };
  const success = { status: 200, requestId: 'req-2', at: clock.wall() };
  assert.deepEqual(events, [
    ['refresh-started', { call: 'refresh', reason: 'required' }],
    ['deadline-set', { retryAt, reason: 'transient', source: 'retry-after' }],
    ['refresh-failed', { call: 'refresh', kind: 'transient', message: 'answered 503', retryAt, answer: failure }],
    ['refresh-started', { call: 'refresh', reason: 'required' }],
    ['refreshed', { by: 'refresh', generation: 1, expiresAt, answer: success }],
    ['deadline-cleared', { reason: 'refreshed' }],
  ]);
});

test('a refusal tells of the token, the throttle, the recovery and the latch', async () => {
  const { authority, lease } = await inWindow(4 * MINUTE, { recover: async () => false });
  const events = record(lease);
  authority.fail('unauthorized', 401);
  await lease.acquire();
  await settle();
  lease.credentialsChanged();
  assert.deepEqual(
    events.map(([type]) => type),
    ['refresh-started', 'token-cleared', 'recovered', 'latched', 'refresh-failed', 'unlatched'],
  );
});

test('no event and no snapshot shows a token', async () => {
  const { authority, lease, grant, clock } = await inWindow();
  const events = record(lease);
  authority.fail('transient');
  await lease.acquire();
  await clock.advance(MINUTE);
  authority.recover();
  await lease.acquire();
  await settle();
  lease.reject(grant);
  lease.adopt(authority.token());
  lease.reset();
  assert.ok(events.length > 6);
  assert.doesNotMatch(JSON.stringify([events, lease.snapshot()]), /secret-\d/);
});

test('a listener that throws harms neither the lease nor other listeners', async () => {
  const { lease } = setup();
  let heard = 0;
  lease.on('refreshed', () => {
    throw new Error('a bug in the dashboard');
  });
  lease.on('refreshed', () => {
    heard += 1;
  });
  await lease.acquire();
  assert.equal(heard, 1);
  assert.equal(lease.snapshot().counts.listenerErrors, 1);
});

test('a listener may close the lease it listens to', async () => {
  const { lease, authority } = setup();
  authority.fail('transient');
  lease.on('deadline-set', () => lease.close());
  await assert.rejects(lease.acquire());
  assert.equal(lease.peek(), null);
});

test('a listener that left hears nothing more', async () => {
  const { lease, authority } = setup();
  let heard = 0;
  const leave = lease.on('refreshed', () => {
    heard += 1;
  });
  await lease.acquire();
  leave();
  lease.adopt(authority.token());
  assert.equal(heard, 1);
});

test('a snapshot says what is known at this moment', async () => {
  const { authority, lease, clock, grant } = await inWindow();
  assert.equal(lease.snapshot().state, 'due');
  authority.fail('transient', 502, '600');
  await lease.acquire();
  assert.equal(lease.snapshot().refreshing, true);
  await settle();
  const at = clock.wall();
  await lease.acquire();
  assert.deepEqual(lease.snapshot(), {
    state: 'fresh',
    expiresAt: grant.expiresAt,
    retryAt: at + 615 * SECOND,
    reason: 'transient',
    message: 'answered 502',
    latched: false,
    refreshing: false,
    failures: 1,
    generation: 1,
    lastAnswer: { status: 502, requestId: 'req-2', at },
    sharing: 'alone',
    counts: {
      started: 2,
      suppressed: 1,
      joined: 0,
      succeeded: 1,
      failed: 1,
      adopted: 0,
      late: 0,
      reenrolled: 0,
      listenerErrors: 0,
    },
  });
  await clock.advance(5 * MINUTE);
  assert.equal(lease.snapshot().state, 'deferred');
  await clock.advance(6 * MINUTE);
  const { state, retryAt, reason } = lease.snapshot();
  assert.deepEqual([state, retryAt, reason], ['required', null, null]);
});

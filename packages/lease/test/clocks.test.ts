import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../src/index.ts';
import { sharedReading } from '../src/recent.ts';
import { HOUR, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';

test('a token that expired while the machine slept is not handed out', async () => {
  const { authority, lease, clock } = setup();
  await lease.acquire();
  clock.sleep(HOUR);
  assert.equal(lease.peek(), null);
  authority.fail('transient');
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_TRANSIENT');
});

test('a wall clock that is put back does not lengthen a token', async () => {
  const { lease, clock } = setup();
  await lease.acquire();
  clock.setWallBy(-24 * HOUR);
  assert.notEqual(lease.peek(), null);
  await clock.advance(HOUR);
  assert.equal(lease.peek(), null);
});

test('a wall clock that is put back does not lengthen a deadline', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('transient', 503, '120');
  await assert.rejects(lease.acquire());
  clock.setWallBy(-24 * HOUR);
  assert.equal(lease.snapshot().retryAt, clock.wall() + 126 * SECOND);
  authority.recover();
  await clock.advance(126 * SECOND);
  await lease.acquire();
});

test('a deadline that passed while the machine slept is over', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('transient', 503, '120');
  await assert.rejects(lease.acquire());
  authority.recover();
  clock.sleep(126 * SECOND);
  await lease.acquire();
});

test('a token that expires during the required refresh of another caller is never handed out', async () => {
  const { authority, lease, clock } = setup();
  authority.lifeMs = MINUTE;
  await lease.acquire();
  await clock.advance(50 * SECOND);
  const answer = authority.hang();
  await lease.acquire();
  const patient = lease.acquire({ minValidityMs: 30 * SECOND });
  await clock.advance(11 * SECOND);
  answer(authority.failure('transient'));
  assert.equal(await outcomeOf(patient), 'ERR_LEASE_TRANSIENT');
});

test('a token that expires before its own body has come is never handed out', async () => {
  const { authority, lease, clock } = setup();
  const token = authority.token(5 * SECOND);
  const answer = authority.hang();
  const waiting = lease.acquire();
  await clock.advance(6 * SECOND);
  answer(token);
  assert.equal(await outcomeOf(waiting), 'ERR_LEASE_INVALID');
  assert.equal(lease.snapshot().reason, 'invalid');
});

test('a local clock that is a year off changes nothing', async () => {
  for (const skew of [-365 * 24 * HOUR, 365 * 24 * HOUR]) {
    const { authority, lease, clock } = setup();
    const serverNow = clock.wall() + skew;
    authority.next = () => ({
      kind: 'success',
      token: 'secret',
      expiresAt: serverNow + HOUR,
      answer: authority.answer(200, { date: new Date(serverNow).toUTCString() }),
    });
    const grant = await lease.acquire();
    await clock.advance(54 * MINUTE);
    assert.equal(await lease.acquire(), grant);
    await clock.advance(6 * MINUTE);
    assert.equal(lease.peek(), null);
  }
});

test('a clock may be put forward in the middle of a tight loop, and the next call notices', async () => {
  const { lease, clock } = setup();
  await lease.acquire();
  for (let i = 0; i < 1_000; i += 1) lease.peek();
  clock.setWallBy(2 * HOUR);
  assert.equal(lease.peek(), null);
});

test('a shared reading serves a tight loop for a bounded number of calls, and no longer than the loop lasts', () => {
  let looks = 0;
  let monotonic = 0;
  let revoke = (): void => {};
  const recent = sharedReading(
    () => {
      looks += 1;
      return { wall: monotonic, monotonic };
    },
    (callback) => {
      revoke = callback;
    },
  );
  assert.equal(looks, 1);
  for (let i = 0; i < 32; i += 1) recent();
  assert.equal(looks, 2);
  recent();
  assert.equal(looks, 3);
  monotonic = 10;
  assert.equal(recent().monotonic, 0);
  revoke();
  assert.equal(recent().monotonic, 10);
  for (let i = 0; i < 10; i += 1) {
    monotonic += 1;
    assert.equal(recent().monotonic, monotonic, 'calls that are not close together each look themselves');
  }
});

test('the system clock fires a timer once, and not when it was cancelled', async () => {
  let fired = 0;
  const cancelled = systemClock.setTimer(1, () => {
    fired += 100;
  });
  cancelled.cancel();
  const { promise, resolve } = Promise.withResolvers<void>();
  // Its own timers are unref'd: something else has to keep this process alive.
  const alive = setInterval(() => {}, 1_000);
  systemClock.setTimer(2, () => {
    fired += 1;
    resolve();
  });
  await promise;
  clearInterval(alive);
  await settle();
  assert.equal(fired, 1);
});

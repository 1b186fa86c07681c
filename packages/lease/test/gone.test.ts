import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefreshAttempt, RefreshOutcome } from '../src/index.ts';
import { inWindow, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';

function withReenroll(answer: (attempt: RefreshAttempt) => RefreshOutcome | undefined = () => undefined) {
  const enrolls: RefreshAttempt[] = [];
  const context = setup({
    reenroll: async (attempt) => {
      enrolls.push(attempt);
      return answer(attempt) ?? context.authority.token();
    },
  });
  return { ...context, enrolls };
}

test('when the authority forgot the client, it enrolls again once, however many ask', async () => {
  const { authority, lease, enrolls } = withReenroll();
  authority.fail('gone', 404);
  const grants = await Promise.all(Array.from({ length: 20 }, () => lease.acquire()));
  assert.equal(new Set(grants).size, 1);
  assert.deepEqual([authority.requests, enrolls.length], [1, 1]);
  assert.equal(lease.snapshot().counts.reenrolled, 1);
});

test('an enrollment that fails sets a deadline, and the next try enrolls without asking for a refresh first', async () => {
  let down = true;
  const { authority, lease, clock, enrolls } = withReenroll(() =>
    down ? { kind: 'transient', message: 'answered 503' } : undefined,
  );
  authority.fail('gone', 404);
  for (let i = 0; i < 10; i += 1) await assert.rejects(lease.acquire());
  assert.deepEqual([authority.requests, enrolls.length], [1, 1]);
  down = false;
  await clock.advance(30 * SECOND);
  await lease.acquire();
  assert.deepEqual([authority.requests, enrolls.length], [1, 2]);
});

test('an authority that forgets whom it just enrolled is believed three times an hour', async () => {
  const { authority, lease, clock, enrolls } = withReenroll();
  authority.fail('gone', 404);
  authority.lifeMs = MINUTE;
  for (let i = 0; i < 3; i += 1) {
    await lease.acquire();
    await clock.advance(2 * MINUTE);
  }
  const begin = clock.wall();
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_GONE');
  assert.equal(enrolls.length, 3);
  assert.equal(lease.snapshot().retryAt, begin + 54 * MINUTE);
  await clock.advance(54 * MINUTE);
  await lease.acquire();
  assert.equal(enrolls.length, 4);
});

test('without a way to enroll, a lost client is an error with a deadline', async () => {
  const { authority, lease } = await inWindow();
  authority.fail('gone', 404);
  await lease.acquire();
  await settle();
  assert.equal(lease.peek(), null);
  assert.equal(lease.snapshot().reason, 'gone');
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.equal(authority.requests, 2);
});

test('an enrollment that is itself answered with gone is not repeated', async () => {
  const { authority, lease, enrolls } = withReenroll(() => ({ kind: 'gone', message: 'answered 404' }));
  authority.fail('gone', 404);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_GONE');
  assert.equal(enrolls.length, 1);
  assert.equal(lease.snapshot().reason, 'gone');
});

test('an enrollment whose credentials are refused latches', async () => {
  const { authority, lease } = withReenroll(() => ({ kind: 'unauthorized', message: 'answered 401' }));
  authority.fail('gone', 404);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_UNAUTHORIZED');
  assert.equal(lease.snapshot().latched, true);
});

test('a client that turns out lost elsewhere is enrolled by the next refresh, once', async () => {
  const { lease, clock, authority, enrolls } = withReenroll();
  const grant = await lease.acquire();
  await clock.advance(MINUTE);
  for (let i = 0; i < 10; i += 1) lease.reject(grant, 'gone');
  await Promise.all(Array.from({ length: 10 }, () => lease.acquire()));
  assert.deepEqual([authority.requests, enrolls.length], [1, 1]);
  await clock.advance(58 * MINUTE);
  await lease.acquire();
  await settle();
  assert.deepEqual([authority.requests, enrolls.length], [2, 1]);
});

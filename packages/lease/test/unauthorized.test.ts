import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseError } from '../src/index.ts';
import { inWindow, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';

test('refused credentials without a recovery stop every request until they change', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('unauthorized', 401);
  for (let i = 0; i < 20; i += 1) {
    const error = await lease.acquire().catch((reason: unknown) => reason);
    assert.ok(error instanceof LeaseError);
    assert.equal(error.code, 'ERR_LEASE_UNAUTHORIZED');
    assert.equal(error.status, 401);
    assert.equal(error.retryAt, null);
    await clock.advance(10 * MINUTE);
  }
  assert.equal(authority.requests, 1);
  const { state, latched, reason, retryAt } = lease.snapshot();
  assert.deepEqual([state, latched, reason, retryAt], ['deferred', true, 'unauthorized', null]);
  authority.recover();
  lease.credentialsChanged();
  assert.equal((await lease.acquire()).generation, 1);
});

test('a recovery that finds new credentials earns one more try, for all twenty callers together', async () => {
  let recoveries = 0;
  const { authority, lease } = setup({
    recover: async () => {
      recoveries += 1;
      authority.recover();
      return true;
    },
  });
  authority.fail('unauthorized', 401);
  const grants = await Promise.all(Array.from({ length: 20 }, () => lease.acquire()));
  assert.equal(new Set(grants).size, 1);
  assert.deepEqual([authority.requests, recoveries, lease.snapshot().latched], [2, 1, false]);
});

test('a second refusal after the recovery is the last', async () => {
  let recoveries = 0;
  const { authority, lease } = setup({
    recover: async () => {
      recoveries += 1;
      return true;
    },
  });
  authority.fail('unauthorized', 403);
  const codes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(lease.acquire())));
  assert.deepEqual(new Set(codes), new Set(['ERR_LEASE_UNAUTHORIZED']));
  assert.deepEqual([authority.requests, recoveries, lease.snapshot().latched], [2, 1, true]);
});

test('a recovery that finds the same credentials sends nothing more', async () => {
  const { authority, lease } = setup({ recover: async () => false });
  authority.fail('unauthorized', 401);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_UNAUTHORIZED');
  assert.equal(authority.requests, 1);
});

test('a recovery that itself fails knows nothing, so a deadline is set in place of the latch', async () => {
  const { authority, lease, clock } = setup({
    recover: async () => Promise.reject(new Error('the keychain is locked')),
  });
  authority.fail('unauthorized', 401);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_UNAUTHORIZED');
  const { latched, reason, retryAt } = lease.snapshot();
  assert.deepEqual([latched, reason, retryAt], [false, 'unauthorized', clock.wall() + 30 * SECOND]);
  authority.recover();
  await clock.advance(30 * SECOND);
  await lease.acquire();
});

test('a recovery that hangs is given up after the timeout', async () => {
  const { authority, lease, clock } = setup({ recover: () => new Promise(() => {}) });
  authority.fail('unauthorized', 401);
  const waiting = lease.acquire();
  assert.equal(await outcomeOf(waiting), 'pending');
  await clock.advance(30 * SECOND);
  assert.equal(await outcomeOf(waiting), 'ERR_LEASE_UNAUTHORIZED');
  assert.equal(lease.snapshot().reason, 'unauthorized');
});

test('a refusal clears the token that was tried, even if it was still valid, and the throttle', async () => {
  const { authority, lease, grant } = await inWindow();
  authority.fail('unauthorized', 401);
  assert.equal(await lease.acquire(), grant);
  await settle();
  assert.equal(lease.peek(), null);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_UNAUTHORIZED');
  assert.equal(lease.snapshot().retryAt, null);
});

test('credentials that change while they are being refused are tried once more', async () => {
  const { authority, lease } = setup();
  const answer = authority.hang();
  const waiting = lease.acquire();
  await settle();
  lease.credentialsChanged();
  authority.recover();
  answer(authority.failure('unauthorized', 401));
  assert.equal((await waiting).generation, 1);
  assert.equal(authority.requests, 2);
});

test('credentials that change again during the second try leave no latch behind', async () => {
  const { authority, lease } = setup({ recover: async () => true });
  let request = 0;
  authority.next = () => {
    request += 1;
    if (request === 2) lease.credentialsChanged();
    return authority.failure('unauthorized', 401);
  };
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_UNAUTHORIZED');
  assert.equal(lease.snapshot().latched, false);
  assert.equal(authority.requests, 2);
});

test('new credentials do not lift a deadline', async () => {
  const { authority, lease } = setup();
  authority.fail('transient', 503);
  await assert.rejects(lease.acquire());
  lease.credentialsChanged();
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWindow, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';

test('twenty late refusals of one token cause one refresh and never harm the newer token', async () => {
  const { authority, lease, clock } = setup();
  const old = await lease.acquire();
  await clock.advance(MINUTE);
  assert.equal(lease.reject(old), true);
  const current = await lease.acquire();
  for (let i = 0; i < 20; i += 1) {
    assert.equal(lease.reject(old), false);
    assert.equal(await lease.acquire(), current);
  }
  assert.equal(authority.requests, 2);
});

test('a refused token is no longer handed out', async () => {
  const { lease, clock } = setup();
  const grant = await lease.acquire();
  await clock.advance(MINUTE);
  lease.reject(grant);
  assert.equal(lease.peek(), null);
  assert.equal(lease.snapshot().state, 'required');
});

test('a refused token lifts the deadline: the authority is up, and knows the token no more', async () => {
  const { authority, lease, grant } = await inWindow();
  authority.fail('transient', 503, '600');
  await lease.acquire();
  await settle();
  authority.recover();
  lease.reject(grant);
  assert.equal((await lease.acquire()).generation, 2);
});

test('a token refused seconds after it was minted sets a deadline: another would be refused as well', async () => {
  const { authority, lease, clock } = setup();
  const grant = await lease.acquire();
  await clock.advance(2 * SECOND);
  lease.reject(grant);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
  assert.equal(lease.snapshot().reason, 'rejected');
  await clock.advance(30 * SECOND);
  await lease.acquire();
  assert.equal(authority.requests, 2);
});

test('a token refused after a night asleep is not one that was just minted', async () => {
  const { lease, clock, authority } = setup();
  authority.lifeMs = 24 * 60 * MINUTE;
  const grant = await lease.acquire();
  clock.sleep(8 * 60 * MINUTE);
  lease.reject(grant);
  assert.equal((await lease.acquire()).generation, 2);
});

test('a token adopted during a refresh survives its failure', async () => {
  for (const kind of ['transient', 'invalid', 'unauthorized', 'gone'] as const) {
    const { authority, lease } = await inWindow();
    const answer = authority.hang();
    await lease.acquire();
    await settle();
    const adopted = lease.adopt(authority.token());
    answer(authority.failure(kind));
    await settle();
    assert.equal(await lease.acquire(), adopted, kind);
    const { latched, counts } = lease.snapshot();
    assert.deepEqual([latched, counts.late, counts.adopted], [false, 1, 1], kind);
    assert.equal(lease.snapshot().reason, kind === 'transient' ? 'transient' : null, kind);
  }
});

test('a token adopted during a refresh is not overwritten by the token that the refresh brings', async () => {
  const { authority, lease } = setup();
  const answer = authority.hang();
  const waiting = lease.acquire();
  await settle();
  const adopted = lease.adopt(authority.token());
  answer(authority.token());
  assert.equal(await waiting, adopted);
  assert.equal(lease.peek(), adopted);
});

test('an adopted token clears the deadline and the latch', async () => {
  const { authority, lease } = setup();
  authority.fail('unauthorized', 401);
  await assert.rejects(lease.acquire());
  lease.adopt(authority.token());
  assert.equal(lease.snapshot().latched, false);
  const failing = setup();
  failing.authority.fail('transient');
  await assert.rejects(failing.lease.acquire());
  const grant = failing.lease.adopt(failing.authority.token());
  assert.equal(failing.lease.snapshot().retryAt, null);
  assert.equal(await failing.lease.acquire(), grant);
});

test('a token that is of no use is not adopted', () => {
  const { lease, clock } = setup();
  assert.throws(() => lease.adopt({ token: 'x', expiresAt: clock.wall() }), { code: 'ERR_LEASE_INVALID' });
  assert.equal(lease.peek(), null);
});

test('after a reset the answer under way is dropped, and callers get a token of the new identity', async () => {
  const { authority, lease } = setup();
  const answer = authority.hang();
  const waiting = lease.acquire();
  await settle();
  authority.recover();
  lease.reset();
  answer(authority.token());
  const grant = await waiting;
  assert.equal(grant.generation, 1);
  assert.equal(authority.attempts[0]?.signal.aborted, true);
  assert.deepEqual([authority.requests, authority.mostRunning, lease.snapshot().counts.late], [2, 1, 1]);
});

test('after a reset no second request runs beside one that does not listen to its signal', async () => {
  const { authority, lease, clock } = setup();
  authority.next = () => new Promise(() => {});
  const waiting = lease.acquire();
  await settle();
  lease.reset();
  authority.recover();
  await settle();
  assert.equal(authority.requests, 1);
  await clock.advance(30 * SECOND);
  await waiting;
  assert.equal(authority.requests, 2);
});

test('a reset forgets the token but not the deadline', async () => {
  const { authority, lease } = await inWindow();
  authority.fail('transient');
  await lease.acquire();
  await settle();
  lease.reset();
  assert.equal(lease.peek(), null);
  assert.equal(await outcomeOf(lease.acquire()), 'ERR_LEASE_DEFERRED');
});

test('a caller overtaken twice still gets the token that its third wait brought', async () => {
  const { authority, lease } = setup();
  const waiting = lease.acquire();
  lease.reset();
  await Promise.resolve();
  const answer = authority.hang();
  await settle();
  lease.reset();
  authority.recover();
  answer(authority.token());
  await settle();
  assert.equal((await waiting).generation, 1);
});

test('a caller who is overtaken without end is told so', async () => {
  const { authority, lease } = setup();
  authority.next = () => {
    lease.reset();
    return authority.token();
  };
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT', message: /the identity kept changing/ });
  assert.equal(authority.requests, 3);
});

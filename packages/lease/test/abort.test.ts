import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseClosedError } from '../src/index.ts';
import { inWindow, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';

test('a caller who gives up leaves alone, with its own reason', async () => {
  const { authority, lease } = setup();
  const answer = authority.hang();
  const abort = new AbortController();
  const impatient = lease.acquire({ signal: abort.signal });
  const patient = lease.acquire();
  await settle();
  const reason = new Error('the person closed the window');
  abort.abort(reason);
  await assert.rejects(impatient, (error) => error === reason);
  assert.equal(authority.attempts[0]?.signal.aborted, false);
  answer(authority.token());
  assert.equal((await patient).generation, 1);
  assert.equal(authority.requests, 1);
});

test('a refresh goes on when all its callers gave up, and serves the next one', async () => {
  const { authority, lease } = setup();
  const answer = authority.hang();
  const abort = new AbortController();
  const caller = lease.acquire({ signal: abort.signal });
  await settle();
  abort.abort();
  await assert.rejects(caller, { name: 'AbortError' });
  answer(authority.token());
  await settle();
  assert.notEqual(lease.peek(), null);
});

test('a signal that aborted before the call is honoured before anything is sent', async () => {
  const { authority, lease } = setup();
  await assert.rejects(lease.acquire({ signal: AbortSignal.abort() }), { name: 'AbortError' });
  await settle();
  assert.equal(authority.requests, 0);
});

test('a refresh that outlasts the timeout is aborted, and is a transient failure', async () => {
  const { authority, lease, clock } = setup({ timeoutMs: 5_000 });
  authority.hang();
  const waiting = lease.acquire();
  await clock.advance(4_999);
  assert.equal(await outcomeOf(waiting), 'pending');
  await clock.advance(1);
  assert.equal(await outcomeOf(waiting), 'ERR_LEASE_TRANSIENT');
  assert.equal(authority.attempts[0]?.signal.aborted, true);
  assert.equal(lease.snapshot().retryAt, clock.wall() + 30 * SECOND);
});

test('a refresh that ignores its signal is given up all the same, and its late answer is dropped', async () => {
  const { authority, lease, clock } = setup();
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof authority.token>>();
  authority.next = () => promise;
  const waiting = assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT' });
  await clock.advance(30 * SECOND);
  await waiting;
  resolve(authority.token());
  await settle();
  assert.equal(lease.peek(), null);
});

test('a refresh that hangs does not hold up a caller while there is a valid token', async () => {
  const { authority, lease, clock, grant } = await inWindow();
  authority.hang();
  assert.equal(await lease.acquire(), grant);
  await clock.advance(29 * SECOND);
  assert.equal(await lease.acquire(), grant);
  await clock.advance(SECOND);
  assert.equal(await lease.acquire(), grant);
  assert.equal(authority.requests, 2);
  assert.equal(lease.snapshot().reason, 'transient');
});

test('closing ends every wait, aborts the request and leaves no timer', async () => {
  const { authority, lease, clock } = setup();
  authority.next = () => new Promise(() => {});
  const waits = [lease.acquire(), lease.waitUntilReady(), lease.acquire({ signal: new AbortController().signal })];
  lease.keepFresh();
  await settle();
  lease.close();
  for (const wait of waits) await assert.rejects(wait, LeaseClosedError);
  assert.equal(authority.attempts[0]?.signal.aborted, true);
  assert.equal(clock.timers, 0);
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_CLOSED' });
  assert.equal(lease.peek(), null);
  assert.throws(() => lease.keepFresh(), { code: 'ERR_LEASE_CLOSED' });
  assert.throws(() => lease.adopt(authority.token()), { code: 'ERR_LEASE_CLOSED' });
  lease.close();
});

test('a closed lease forgets the token it had', async () => {
  const { lease } = setup();
  await lease.acquire();
  assert.notEqual(lease.peek(), null);
  lease.close();
  assert.equal(lease.peek(), null);
  await assert.rejects(lease.acquire(), LeaseClosedError);
});

test('closing ends a wait for a deadline and a recovery under way', async () => {
  const deferred = setup();
  deferred.authority.fail('transient');
  const ready = deferred.lease.waitUntilReady();
  await deferred.clock.advance(SECOND);
  deferred.lease.close();
  await assert.rejects(ready, LeaseClosedError);

  const recovering = setup({ recover: () => new Promise(() => {}) });
  recovering.authority.fail('unauthorized');
  const waiting = recovering.lease.acquire();
  await settle();
  recovering.lease.close();
  await assert.rejects(waiting, LeaseClosedError);
  assert.equal(deferred.clock.timers + recovering.clock.timers, 0);
});

test('who waits until ready waits out deadlines, with no more requests than they permit', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('transient', 503, '120');
  const waits = Array.from({ length: 10 }, () => lease.waitUntilReady());
  await clock.advance(125 * SECOND);
  assert.equal(authority.requests, 1);
  authority.recover();
  await clock.advance(SECOND);
  assert.equal(new Set(await Promise.all(waits)).size, 1);
  assert.equal(authority.requests, 2);
});

test('who waits until ready waits out refused credentials, and may give up', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('unauthorized', 401);
  const abort = new AbortController();
  const waiting = lease.waitUntilReady();
  const impatient = lease.waitUntilReady({ signal: abort.signal });
  await clock.advance(10 * MINUTE);
  assert.equal(authority.requests, 1);
  abort.abort();
  await assert.rejects(impatient, { name: 'AbortError' });
  authority.recover();
  lease.credentialsChanged();
  assert.equal((await waiting).generation, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseError } from '../src/index.ts';
import { inWindow, MINUTE, SECOND, settle, setup } from './harness.ts';

test('many callers without a token cause one request and get the same token', async () => {
  const { authority, lease } = setup();
  const grants = await Promise.all(Array.from({ length: 50 }, () => lease.acquire()));
  assert.equal(authority.requests, 1);
  assert.equal(new Set(grants).size, 1);
  assert.equal(lease.snapshot().counts.joined, 49);
});

test('a fresh token is handed out with no request', async () => {
  const { authority, lease, clock } = setup();
  const grant = await lease.acquire();
  await clock.advance(54 * MINUTE);
  assert.equal(await lease.acquire(), grant);
  assert.equal(lease.peek(), grant);
  assert.equal(authority.requests, 1);
});

test('while the token is fresh, acquire makes no new promise', async () => {
  const { lease } = setup();
  await lease.acquire();
  assert.equal(lease.acquire(), lease.acquire());
});

test('a due token is handed out at once while one refresh runs behind it', async () => {
  const { authority, lease, grant } = await inWindow();
  const answer = authority.hang();
  for (let i = 0; i < 20; i += 1) assert.equal(await lease.acquire(), grant);
  assert.equal(authority.requests, 2);
  assert.equal(authority.attempts[1]?.reason, 'proactive');
  assert.equal(authority.attempts[1]?.tried, grant.token);
  answer(authority.token());
  await settle();
  assert.equal((await lease.acquire()).generation, 2);
});

for (const kind of ['transient', 'invalid'] as const) {
  test(`a proactive refresh that fails as ${kind} leaves the token in use and sets a deadline for everybody`, async () => {
    const { authority, lease, grant, clock } = await inWindow();
    authority.fail(kind, 502, '60');
    assert.equal(await lease.acquire(), grant);
    await settle();
    for (let i = 0; i < 20; i += 1) {
      assert.equal(await lease.acquire(), grant);
      await clock.advance(2 * SECOND);
    }
    assert.equal(authority.requests, 2);
    assert.equal(lease.snapshot().state, 'fresh');
    assert.equal(lease.snapshot().reason, kind);
  });

  test(`a required refresh that fails as ${kind} tells who waited, and turns the others away with the same deadline`, async () => {
    const { authority, lease, clock } = setup();
    authority.fail(kind, 502, '60');
    const expected = clock.wall() + 63 * SECOND;
    const waited = await lease.acquire().catch((error: unknown) => error);
    assert.ok(waited instanceof LeaseError);
    assert.equal(waited.code, kind === 'transient' ? 'ERR_LEASE_TRANSIENT' : 'ERR_LEASE_INVALID');
    assert.equal(waited.retryAt, expected);
    assert.equal(waited.status, 502);
    assert.equal(waited.requestId, 'req-1');
    await clock.advance(30 * SECOND);
    const turnedAway = await lease.acquire().catch((error: unknown) => error);
    assert.ok(turnedAway instanceof LeaseError);
    assert.equal(turnedAway.code, 'ERR_LEASE_DEFERRED');
    assert.equal(turnedAway.retryAt, expected);
    assert.equal(turnedAway.status, 502);
    assert.equal(authority.requests, 1);
    assert.equal(lease.snapshot().counts.suppressed, 1);
  });
}

test('a success after the deadline clears it and keeps what the answer said', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('transient', 503, '60');
  await assert.rejects(lease.acquire());
  authority.recover();
  await clock.advance(63 * SECOND);
  await lease.acquire();
  const { retryAt, reason, failures, message, lastAnswer } = lease.snapshot();
  assert.deepEqual({ retryAt, reason, failures, message }, { retryAt: null, reason: null, failures: 0, message: null });
  assert.deepEqual(lastAnswer, { status: 200, requestId: 'req-2', at: clock.wall() });
});

test('a refresh function that throws, even before it returns a promise, is a transient failure with its cause', async () => {
  const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
  const { lease } = setup({
    refresh: () => {
      throw cause;
    },
  });
  const error = await lease.acquire().catch((reason: unknown) => reason);
  assert.ok(error instanceof LeaseError);
  assert.equal(error.code, 'ERR_LEASE_TRANSIENT');
  assert.equal(error.cause, cause);
  assert.match(error.message, /fetch failed: connect ECONNREFUSED/);
});

test('a name whose every address fails is explained by its code', async () => {
  const cause = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  const { lease } = setup({ refresh: () => Promise.reject(new TypeError('fetch failed', { cause })) });
  await assert.rejects(lease.acquire(), { message: /fetch failed: ECONNREFUSED\./ });
});

test('a refresh function that asks the lease for a token at once finds its own flight', async () => {
  const { authority, lease } = setup();
  const inner: Promise<unknown>[] = [];
  authority.next = () => {
    inner.push(lease.acquire());
    return authority.token();
  };
  const grant = await lease.acquire();
  assert.equal(await inner[0], grant);
  assert.equal(authority.requests, 1);
});

test('an error never shows the token that was tried, even if the failure quotes it', async () => {
  const { authority, lease, clock, grant } = await inWindow();
  authority.next = () => ({ kind: 'transient', message: `could not renew ${grant.token}`, answer: null });
  await lease.acquire();
  await clock.advance(5 * MINUTE);
  const error = await lease.acquire().catch((reason: unknown) => reason);
  assert.match(String(error), /could not renew/);
  assert.doesNotMatch(String(error) + JSON.stringify(lease.snapshot()), new RegExp(grant.token));
});

test('with tokens that live 90 s, fifty calls cause at most two requests', async () => {
  const { authority, lease, clock } = setup();
  authority.lifeMs = 90 * SECOND;
  for (let i = 0; i < 50; i += 1) {
    await lease.acquire();
    await clock.advance(SECOND);
  }
  assert.equal(authority.requests, 1);
  for (let i = 0; i < 20; i += 1) {
    await lease.acquire();
    await clock.advance(SECOND);
  }
  assert.equal(authority.requests, 2);
});

test('an outage without a token costs one request per deadline, ever further apart', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('transient', 503);
  const at: number[] = [];
  const begin = clock.wall();
  for (let second = 0; second < 900; second += 1) {
    const before = authority.requests;
    await lease.acquire().catch(() => {});
    if (authority.requests > before) at.push((clock.wall() - begin) / SECOND);
    await clock.advance(SECOND);
  }
  assert.deepEqual(at, [0, 30, 90, 210, 330, 450, 570, 690, 810]);
});

test('options out of range are refused with their name, value and range', () => {
  assert.throws(() => setup({ timeoutMs: 0 }), { name: 'RangeError', message: /timeoutMs is 0; .* from 1 to 600000/ });
  assert.throws(() => setup({ deadlineCapMs: Number.NaN }), { name: 'RangeError', message: /deadlineCapMs is NaN/ });
  assert.throws(() => setup({ windowMs: -1 }), { name: 'RangeError', message: /windowMs is -1/ });
  assert.throws(() => setup({ reenrollsPerHour: 0 }), { name: 'RangeError', message: /reenrollsPerHour is 0/ });
});

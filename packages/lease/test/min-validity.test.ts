import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, inWindow, MINUTE, outcomeOf, SECOND, settle, setup } from './harness.ts';

test('a caller who needs more validity waits for the refresh and gets the new token', async () => {
  const { authority, lease, clock } = setup();
  await lease.acquire();
  await clock.advance(40 * MINUTE);
  assert.equal((await lease.acquire()).generation, 1);
  assert.equal((await lease.acquire({ minValidityMs: 30 * MINUTE })).generation, 2);
  assert.equal(authority.attempts[1]?.reason, 'proactive');
});

test('it takes the token at once if enough is left', async () => {
  const { authority, lease, grant } = await inWindow(4 * MINUTE);
  authority.hang();
  assert.equal(await lease.acquire({ minValidityMs: 3 * MINUTE }), grant);
});

test('if the refresh fails it gets the token that is still valid', async () => {
  for (const kind of ['transient', 'invalid'] as const) {
    const { authority, lease, grant } = await inWindow(4 * MINUTE);
    authority.fail(kind);
    assert.equal(await lease.acquire({ minValidityMs: 10 * MINUTE }), grant, kind);
  }
});

test('while the authority may not be asked it gets the token at once', async () => {
  const { authority, lease, grant } = await inWindow(4 * MINUTE);
  authority.fail('transient');
  await lease.acquire();
  await settle();
  assert.equal(await lease.acquire({ minValidityMs: 10 * MINUTE }), grant);
  assert.equal(authority.requests, 2);
});

test('it does not hold up callers who need less', async () => {
  const { authority, lease, grant } = await inWindow(4 * MINUTE);
  const answer = authority.hang();
  const demanding = lease.acquire({ minValidityMs: 10 * MINUTE });
  assert.equal(await lease.acquire(), grant);
  assert.equal(await outcomeOf(demanding), 'pending');
  answer(authority.token());
  assert.equal((await demanding).generation, 2);
  assert.equal(authority.requests, 2);
});

test('asking for more than tokens live does not cause a refresh on every call', async () => {
  const { authority, lease, clock } = setup();
  authority.lifeMs = 90 * SECOND;
  for (let i = 0; i < 60; i += 1) {
    await lease.acquire({ minValidityMs: HOUR });
    await clock.advance(SECOND);
  }
  assert.equal(authority.requests, 2);
});

test('a validity out of range is refused with its name, value and range', async () => {
  const { lease } = setup();
  for (const minValidityMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await assert.rejects(lease.acquire({ minValidityMs }), {
      name: 'RangeError',
      message: `minValidityMs is ${minValidityMs}; it must be a number from 0 to 86400000.`,
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AsyncToken, fromAsync, Lease, RefreshError } from '../src/index.ts';
import { ManualClock, MINUTE, SECOND } from './harness.ts';

function leaseOver(call: (signal: AbortSignal) => Promise<AsyncToken>, clock = new ManualClock()) {
  const lease = new Lease({ refresh: fromAsync(call, { clock }), clock, random: () => 0 });
  return { lease, clock };
}

/** What a JavaScript caller, whom no type stops, may bring. */
function leaseOverNonsense(value: unknown) {
  // The cast is what the test is about.
  return leaseOver(async () => value as AsyncToken);
}

test('any async function makes a lease', async () => {
  const { lease, clock } = leaseOver(async () => ({ token: 'secret', expiresInMs: 10 * MINUTE }));
  const grant = await lease.acquire();
  assert.deepEqual([grant.token, grant.expiresAt], ['secret', clock.wall() + 10 * MINUTE]);
});

test('an expiry may be a number or a date', async () => {
  const clock = new ManualClock();
  const expiresAt = clock.wall() + 10 * MINUTE;
  for (const expiry of [expiresAt, new Date(expiresAt)]) {
    const { lease } = leaseOver(async () => ({ token: 'secret', expiresAt: expiry }), clock);
    assert.equal((await lease.acquire()).expiresAt, expiresAt);
  }
});

test('a life counts from the call, so that a slow answer makes it shorter and never longer', async () => {
  const clock = new ManualClock();
  const call = async () => {
    clock.block(20 * SECOND);
    return { token: 'secret', expiresInMs: MINUTE };
  };
  const { lease } = leaseOver(call, clock);
  await lease.acquire();
  clock.block(39 * SECOND);
  assert.notEqual(lease.peek(), null);
  clock.block(SECOND);
  assert.equal(lease.peek(), null);
});

test('a life counts by the monotonic clock too, whatever is done to the wall clock during the call', async () => {
  const clock = new ManualClock();
  const call = async () => {
    clock.setWallBy(-60 * MINUTE);
    return { token: 'secret', expiresInMs: MINUTE };
  };
  const { lease } = leaseOver(call, clock);
  await lease.acquire();
  clock.block(MINUTE);
  assert.equal(lease.peek(), null);
});

test('the function gets a signal that ends with the lease', async () => {
  const seen = Promise.withResolvers<AbortSignal>();
  const { lease } = leaseOver((signal) => {
    seen.resolve(signal);
    return new Promise(() => {});
  });
  const waiting = lease.acquire();
  const signal = await seen.promise;
  lease.close();
  await assert.rejects(waiting, { code: 'ERR_LEASE_CLOSED' });
  assert.equal(signal.aborted, true);
});

test('what it throws is transient', async () => {
  const cause = new Error('the network is away');
  const { lease } = leaseOver(() => Promise.reject(cause));
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT', message: /the network is away/, cause });
});

test('a RefreshError says what it is, and when to come back', async () => {
  const cause = new Error('429');
  const error = new RefreshError('transient', 'the daily quota is used up', {
    cause,
    retryAfterMs: 90_500,
    status: 429,
  });
  const { lease, clock } = leaseOver(() => Promise.reject(error));
  const now = clock.wall();
  await assert.rejects(lease.acquire(), {
    code: 'ERR_LEASE_TRANSIENT',
    message: /^No token: the daily quota is used up\./,
    retryAt: now + 91 * SECOND,
    status: 429,
    cause,
  });
});

test('every kind of a RefreshError reaches the caller as its code', async () => {
  for (const [kind, code] of [
    ['transient', 'ERR_LEASE_TRANSIENT'],
    ['invalid', 'ERR_LEASE_INVALID'],
    ['unauthorized', 'ERR_LEASE_UNAUTHORIZED'],
    ['gone', 'ERR_LEASE_GONE'],
  ] as const) {
    const { lease } = leaseOver(() => Promise.reject(new RefreshError(kind, 'no')));
    await assert.rejects(lease.acquire(), { code, status: null }, kind);
  }
});

test('what is no token with a life is invalid, and is not quoted', async () => {
  const now = new ManualClock().wall();
  const nonsense: [value: unknown, why: RegExp][] = [
    [undefined, /it brought no token/],
    [null, /it brought no token/],
    ['secret', /it brought no token/],
    [{ expiresInMs: 1_000 }, /has no token/],
    [{ token: 7, expiresInMs: 1_000 }, /has no token/],
    [{ token: '', expiresInMs: 60_000 }, /the token is empty/],
    [{ token: 'secret' }, /must have one of expiresInMs and expiresAt/],
    [{ token: 'secret', expiresInMs: 60_000, expiresAt: now + 60_000 }, /must have one of/],
    [{ token: 'secret', expiresInMs: Number.NaN }, /the expiry is not a time/],
    [{ token: 'secret', expiresInMs: 'soon' }, /the expiry is not a time/],
    [{ token: 'secret', expiresInMs: -1 }, /arrived expired/],
    [{ token: 'secret', expiresAt: new Date(Number.NaN) }, /the expiry is not a time/],
    [{ token: 'secret', expiresAt: now / 1000 + 60 }, /arrived expired/],
  ];
  for (const [value, why] of nonsense) {
    await assert.rejects(leaseOverNonsense(value).lease.acquire(), (error: Error) => {
      assert.deepEqual(
        ['code' in error && error.code, why.test(error.message)],
        ['ERR_LEASE_INVALID', true],
        error.message,
      );
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

test('a wait out of range is refused where it is said', () => {
  const make = (retryAfterMs: number) => () => new RefreshError('transient', 'no', { retryAfterMs });
  for (const wait of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(make(wait), { name: 'RangeError', message: /^retryAfterMs is / });
  }
});

// What the types promise. Most of it is checked by `npm run types` alone: a line below `@ts-expect-error` that compiles is an error there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientAuth } from 'oauth4webapi';
import {
  type AcquireOptions,
  type AnswerMeta,
  type AsyncToken,
  type FetchLike,
  fromAsync,
  type Grant,
  httpRefresh,
  Lease,
  LeaseClosedError,
  LeaseError,
  type LeaseErrorCode,
  type LeaseEvents,
  type LeaseEventType,
  type LeaseOptions,
  type LeaseSnapshot,
  type LeaseState,
  leasedFetch,
  type RefreshAttempt,
  RefreshError,
  type RefreshFailure,
  type RefreshOutcome,
  type RefreshSuccess,
} from '../src/index.ts';
import { clientCredentials } from '../src/oauth.ts';
import { setup } from './harness.ts';

/** Whether two types are the same, `any` and optional members included. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
function expectType<_T extends true>(): void {}

/** Checked and never run. */
function compiled(_code: () => unknown): void {}

const refresh: LeaseOptions['refresh'] = async () => ({ kind: 'transient', message: 'for the types only' });

test('a grant can be read and not changed, by its type and in fact', async () => {
  const grant = await setup().lease.acquire();
  expectType<Equal<Grant, { readonly token: string; readonly expiresAt: number; readonly generation: number }>>();
  assert.throws(() => {
    // @ts-expect-error: it is read-only
    grant.token = 'another';
  }, TypeError);
  assert.throws(() => {
    // @ts-expect-error: it is read-only
    grant.expiresAt += 1;
  }, TypeError);
});

test('peek() may come back with nothing, acquire() may not', async () => {
  const { lease } = setup();
  expectType<Equal<ReturnType<Lease['peek']>, Grant | null>>();
  expectType<Equal<ReturnType<Lease['acquire']>, Promise<Grant>>>();
  expectType<Equal<ReturnType<Lease['waitUntilReady']>, Promise<Grant>>>();
  // @ts-expect-error: there may be no token
  assert.throws(() => lease.peek().token, TypeError);
  assert.equal(lease.peek()?.token, undefined);
});

test('an event has what its type says, and no other event’s members', () => {
  const { lease } = setup();
  lease.on('refreshed', (event) => {
    expectType<Equal<typeof event, LeaseEvents['refreshed']>>();
    expectType<Equal<typeof event.answer, AnswerMeta | null>>();
    // @ts-expect-error: a success has no kind of failure
    event.kind;
    // @ts-expect-error: no event carries a token
    event.token;
    // @ts-expect-error: it is read-only
    event.generation = 2;
  });
  lease.on('refresh-failed', ({ kind, retryAt }) => {
    expectType<Equal<typeof kind, 'transient' | 'invalid' | 'unauthorized' | 'gone'>>();
    expectType<Equal<typeof retryAt, number | null>>();
  });
  // @ts-expect-error: no event is called so
  lease.on('expired', () => {});
  // @ts-expect-error: this listener is for another event
  lease.on('refreshed', (_event: LeaseEvents['deadline-set']) => {});
  // One listener for several types gets the members that they share.
  const both = (event: LeaseEvents['refreshed'] | LeaseEvents['refresh-failed']): AnswerMeta | null => event.answer;
  lease.on('refreshed', both);
  lease.on('refresh-failed', both);
  expectType<Equal<LeaseEventType, keyof LeaseEvents>>();
  expectType<Equal<ReturnType<Lease['on']>, () => void>>();
});

/** An error of a lease, in words. Has no default: a code that is missing here is an error of the compiler. */
function whatToDo(error: LeaseError): string {
  switch (error.code) {
    case 'ERR_LEASE_DEFERRED':
    case 'ERR_LEASE_TRANSIENT':
      return 'wait';
    case 'ERR_LEASE_INVALID':
      return 'look at the address';
    case 'ERR_LEASE_UNAUTHORIZED':
      return 'change the credentials';
    case 'ERR_LEASE_AMBIGUOUS':
      return 'log in again';
    case 'ERR_LEASE_GONE':
      return 'enroll';
    case 'ERR_LEASE_CLOSED':
      return 'make another';
  }
}

test('error codes are a closed list that a switch exhausts', async () => {
  expectType<Equal<LeaseError['code'], LeaseErrorCode>>();
  expectType<Equal<LeaseError['retryAt'], number | null>>();
  expectType<Equal<LeaseError['status'], number | null>>();
  expectType<Equal<LeaseError['requestId'], string | null>>();
  compiled(() => {
    // @ts-expect-error: no code is called so
    new LeaseError('ERR_LEASE_LATE', 'late');
  });
  const { lease } = setup();
  lease.close();
  const error: unknown = await lease.acquire().catch((thrown: unknown) => thrown);
  assert.ok(error instanceof LeaseClosedError && error instanceof LeaseError);
  assert.equal(whatToDo(error), 'make another');
});

test('an outcome is narrowed by its kind', () => {
  const seen = (outcome: RefreshOutcome): string => {
    if (outcome.kind === 'success') {
      expectType<Equal<typeof outcome, RefreshSuccess>>();
      // @ts-expect-error: a success needs no message
      return outcome.message ?? outcome.token;
    }
    expectType<Equal<typeof outcome, RefreshFailure>>();
    // @ts-expect-error: a failure has no token
    return outcome.token ?? outcome.message;
  };
  assert.equal(seen({ kind: 'success', token: 'secret', expiresAt: 1 }), 'secret');
  assert.equal(seen({ kind: 'invalid', message: 'nonsense' }), 'nonsense');
});

test('a lease is made of a refresh, and takes no nonsense', () => {
  compiled(() => {
    new Lease({ refresh });
    // What is not set may be said to be undefined, so that options can be passed on.
    new Lease({ refresh, name: undefined, timeoutMs: undefined, recover: undefined, clock: undefined });
    // @ts-expect-error: a refresh is needed
    new Lease({});
    // @ts-expect-error: no option is called so
    new Lease({ refresh, timeout: 5 });
    // @ts-expect-error: a time is a number of ms
    new Lease({ refresh, timeoutMs: '5s' });
    // @ts-expect-error: a bare token says nothing of its life
    new Lease({ refresh: async () => 'token' });
    // @ts-expect-error: a success needs an expiry
    new Lease({ refresh: async () => ({ kind: 'success', token: 'token' }) });
    // @ts-expect-error: no failure is of this kind
    new Lease({ refresh: async () => ({ kind: 'late', message: 'late' }) });
    // @ts-expect-error: a refresh is asynchronous
    new Lease({ refresh: () => ({ kind: 'success', token: 'token', expiresAt: 1 }) });
    // @ts-expect-error: a recovery says whether the credentials changed
    new Lease({ refresh, recover: async () => {} });
  });
  const attempts = (attempt: RefreshAttempt) => attempt;
  expectType<Equal<ReturnType<typeof attempts>['signal'], AbortSignal>>();
  expectType<Equal<RefreshAttempt['tried'], string | null>>();
});

test('calls take no nonsense', () => {
  compiled(async () => {
    const lease = new Lease({ refresh });
    const { signal } = new AbortController();
    await lease.acquire({ signal, minValidityMs: 5 });
    await lease.acquire({ signal: undefined });
    // @ts-expect-error: the signal, and not its controller
    await lease.acquire({ signal: new AbortController() });
    // @ts-expect-error: no option is called so
    await lease.acquire({ minValidity: 5 });
    // @ts-expect-error: the grant, and not its token
    lease.reject('token');
    // @ts-expect-error: nobody refuses for this reason
    lease.reject(await lease.acquire(), 'expired');
    // @ts-expect-error: a token without a life
    lease.adopt({ token: 'token' });
  });
  expectType<Equal<AcquireOptions['minValidityMs'], number | undefined>>();
});

test('a snapshot is plain data, and read-only', () => {
  const snapshot = setup().lease.snapshot();
  expectType<Equal<typeof snapshot, LeaseSnapshot>>();
  expectType<Equal<LeaseSnapshot['state'], LeaseState>>();
  expectType<Equal<LeaseState, 'fresh' | 'due' | 'required' | 'deferred'>>();
  expectType<Equal<LeaseSnapshot['counts']['started'], number>>();
  // @ts-expect-error: it shows no token
  assert.equal(snapshot.token, undefined);
  compiled(() => {
    // @ts-expect-error: it is read-only
    snapshot.state = 'due';
  });
});

test('every refresh that comes with the package fits a lease', () => {
  const auth: ClientAuth = () => {};
  const server = { issuer: 'https://auth.example', token_endpoint: 'https://auth.example/token' };
  const request = () => fetch('https://auth.example/token');
  compiled(() => {
    new Lease({ refresh: fromAsync(async () => ({ token: 'token', expiresInMs: 5 })) });
    new Lease({ refresh: fromAsync(async () => ({ token: 'token', expiresAt: new Date() })) });
    new Lease({ refresh: httpRefresh({ request, parse: () => ({ token: 'token', expiresAt: 5 }) }) });
    new Lease({ refresh: clientCredentials({ server, client: { client_id: 'job' }, auth }) });
    // @ts-expect-error: a token needs a life
    fromAsync(async () => ({ token: 'token' }));
    // @ts-expect-error: no failure is of this kind
    new RefreshError('late', 'late');
    // @ts-expect-error: an answer needs a reader
    httpRefresh({ request });
    // @ts-expect-error: a reader tells the expiry
    httpRefresh({ request, parse: () => ({ token: 'token' }) });
    // @ts-expect-error: a secret is not yet a way to prove oneself
    clientCredentials({ server, client: { client_id: 'job' }, auth: 'secret' });
    // @ts-expect-error: a client has an id
    clientCredentials({ server, client: {}, auth });
  });
  // An object that says both is caught when it is run, not here.
  const both = { token: 'token', expiresInMs: 5, expiresAt: 5 };
  expectType<typeof both extends AsyncToken ? true : false>();
});

test('a leased fetch can stand where a fetch is asked for', () => {
  const call = leasedFetch(setup().lease, { origins: ['https://api.example'] });
  expectType<Equal<typeof call, FetchLike>>();
  expectType<typeof call extends (...args: Parameters<typeof fetch>) => ReturnType<typeof fetch> ? true : false>();
  // The other way round: what is passed in may be the platform's.
  expectType<typeof fetch extends FetchLike ? true : false>();
  compiled(() => {
    // @ts-expect-error: where the token may go has to be said
    leasedFetch(setup().lease, {});
    // @ts-expect-error: a list, even of one
    leasedFetch(setup().lease, { origins: 'https://api.example' });
    // @ts-expect-error: no option is called so
    leasedFetch(setup().lease, { origins: [], retries: 3 });
  });
});

import { later, type Reading } from './clock.ts';
import type { Deadline } from './deadline.ts';
import type { AnswerMeta, RefreshFailure, RefreshSuccess } from './outcome.ts';
import { serverTime } from './retry-after.ts';

/** A token that may be used until it expires. Logging a grant does not show the token. */
export interface Grant {
  readonly token: string;
  /** When it expires by the server's wall clock, in ms since the epoch. To know whether it is still valid, ask the lease. */
  readonly expiresAt: number;
  /** Rises with every new token. */
  readonly generation: number;
}

/** A grant with what the lease needs to know about it. */
export interface Held {
  readonly grant: Grant;
  /** Already resolved with the grant, so that the fast path of `acquire()` makes nothing new. */
  readonly promise: Promise<Grant>;
  readonly lifeMs: number;
  readonly expires: Reading;
  /** Where the renewal window begins. */
  readonly renewFrom: Reading;
  readonly mintedAt: Reading;
}

/**
 * `unauthorized`: the credentials were refused. `ambiguous`: a refresh that must not be repeated may have been carried out, but its
 * answer never came.
 */
export type Latch = 'unauthorized' | 'ambiguous';

/** All that is known about one authority. Never changed in place. */
export interface LeaseRecord {
  readonly held: Held | null;
  /** May lie in the past: it then has ended. */
  readonly deadline: Deadline | null;
  /** Why nothing may be sent until the credentials change, whatever the time; null if nothing forbids it. */
  readonly latch: Latch | null;
  /** The authority no longer knows who is asking: the next call has to enroll. */
  readonly gone: boolean;
  /** Failures in a row. */
  readonly failures: number;
  readonly lastFailure: RefreshFailure | null;
  readonly lastAnswer: AnswerMeta | null;
  /** Of the newest token, held or not. */
  readonly generation: number;
  /** Rises when a token is adopted or the identity reset: an answer asked for in an earlier epoch is late. */
  readonly epoch: number;
  /** Rises whenever the credentials change. */
  readonly credentials: number;
}

export const emptyRecord: LeaseRecord = {
  held: null,
  deadline: null,
  latch: null,
  gone: false,
  failures: 0,
  lastFailure: null,
  lastAnswer: null,
  generation: 0,
  epoch: 0,
  credentials: 0,
};

/** A token that lives shorter than this is of no use: renewing it would be a storm. */
export const MIN_LIFE_MS = 1_000;

/**
 * A success as a held grant, or why it cannot be one.
 *
 * The token's life is its expiry minus the server's own time, so that a wrong local clock neither shortens nor stretches it.
 */
export function hold(success: RefreshSuccess, generation: number, now: Reading, windowMs: number): Held | string {
  const { token, expiresAt } = success;
  if (typeof token !== 'string') return 'the token is no text';
  if (token === '') return 'the token is empty';
  if (!Number.isFinite(expiresAt)) return 'the expiry is not a time';
  const from = success.answer?.receivedAt ?? now;
  const lifeMs = expiresAt - serverTime(success.answer?.date ?? null, from.wall);
  if (lifeMs <= 0) return 'the token arrived expired';
  if (lifeMs < MIN_LIFE_MS)
    return `the token lives ${Math.round(lifeMs)} ms, less than the ${MIN_LIFE_MS} ms that are of use`;
  const expires = later(from, lifeMs);
  if (expires.wall <= now.wall || expires.monotonic <= now.monotonic) return 'the token expired during the refresh';
  return makeHeld({ token, expiresAt, generation, lifeMs, expires, mintedAt: now }, windowMs);
}

type HeldParts = Pick<Held, 'lifeMs' | 'expires' | 'mintedAt'> & Grant;

export function makeHeld({ token, expiresAt, generation, ...times }: HeldParts, windowMs: number): Held {
  const grant = makeGrant(token, expiresAt, generation);
  const renewFrom = later(times.expires, -Math.min(windowMs, times.lifeMs / 3));
  return { ...times, grant, promise: Promise.resolve(grant), renewFrom };
}

function makeGrant(token: string, expiresAt: number, generation: number): Grant {
  const visible = { expiresAt, generation };
  // Not enumerable: console.log, JSON.stringify and a spread leave it out.
  const grant = Object.defineProperty(visible, 'token', { value: token, enumerable: false });
  // defineProperty just added the one field that `visible` lacked.
  return Object.freeze(grant) as Grant;
}

import { type Clock, type Reading, read, systemClock } from './clock.ts';
import { inRange } from './options.ts';
import type { FailureKind, RefreshAnswer, RefreshAttempt, RefreshFailure, RefreshOutcome } from './outcome.ts';

/** A token, and either how long it lives or when it expires. */
export type AsyncToken =
  /** In ms, counted from the moment the function was called: a little too short rather than too long. */
  | { readonly token: string; readonly expiresInMs: number }
  /** A date, or ms since the epoch, by the local clock. */
  | { readonly token: string; readonly expiresAt: number | Date };

export interface RefreshErrorDetails {
  /** How long the authority wants to be left alone, in ms. 0 to 31,536,000,000; default: it did not say. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status, if there was one. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** Thrown by a function given to `fromAsync` to say what its failure means. Its message is for people: no secret in it. */
export class RefreshError extends Error {
  override readonly name = 'RefreshError';
  readonly kind: FailureKind;
  readonly retryAfterMs: number | null;
  readonly status: number | null;

  /** @throws RangeError if `retryAfterMs` is out of range */
  constructor(kind: FailureKind, message: string, details: RefreshErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.retryAfterMs = inRange('retryAfterMs', details.retryAfterMs ?? 0, 0, 31_536_000_000) || null;
    this.status = details.status ?? null;
  }
}

/**
 * A refresh function made of any async function that brings a token: an SDK's, a subprocess, a message to a parent.
 *
 * What it throws counts as transient, unless it is a `RefreshError`, which says what it is. What is no token with a life is invalid.
 *
 * @param call must pass `signal` on to whatever it waits for
 * @param clock the clock that the lease uses. Default: the platform's
 */
export function fromAsync(
  call: (signal: AbortSignal, attempt: RefreshAttempt) => Promise<AsyncToken>,
  { clock = systemClock }: { readonly clock?: Clock | undefined } = {},
): (attempt: RefreshAttempt) => Promise<RefreshOutcome> {
  return async (attempt) => {
    const calledAt = read(clock);
    try {
      return readToken(await call(attempt.signal, attempt), calledAt);
    } catch (error) {
      if (!(error instanceof RefreshError)) throw error;
      return readError(error, read(clock));
    }
  };
}

function readToken(value: unknown, calledAt: Reading): RefreshOutcome {
  if (typeof value !== 'object' || value === null) return invalid('it brought no token');
  if (!('token' in value) || typeof value.token !== 'string') return invalid('what it brought has no token');
  const expiresInMs = 'expiresInMs' in value ? value.expiresInMs : undefined;
  const expiresAt = 'expiresAt' in value ? value.expiresAt : undefined;
  if ((expiresInMs === undefined) === (expiresAt === undefined)) {
    return invalid('what it brought must have one of expiresInMs and expiresAt');
  }
  const expiry = expiresAt === undefined ? calledAt.wall + Number(expiresInMs) : Number(expiresAt);
  // A life counts from the call, a moment by the clock.
  const answer = expiresAt === undefined ? { ...NO_ANSWER, receivedAt: calledAt } : null;
  return { kind: 'success', token: value.token, expiresAt: expiry, answer };
}

function invalid(what: string): RefreshFailure {
  return { kind: 'invalid', message: `the refresh function was of no use: ${what}` };
}

function readError({ kind, message, cause, retryAfterMs, status }: RefreshError, receivedAt: Reading): RefreshFailure {
  const retryAfter = retryAfterMs === null ? null : String(Math.ceil(retryAfterMs / 1000));
  return { kind, message, cause, answer: { ...NO_ANSWER, status, retryAfter, receivedAt } };
}

const NO_ANSWER = { status: null, requestId: null, retryAfter: null, date: null } satisfies Partial<RefreshAnswer>;

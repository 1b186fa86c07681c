import type { Reading } from './clock.ts';

/** What a response's headers say that the lease wants to know. */
export interface RefreshAnswer {
  /** HTTP status; null when there was none. */
  readonly status: number | null;
  readonly requestId: string | null;
  /** The text of the `Retry-After` header. */
  readonly retryAfter: string | null;
  /** The text of the `Date` header: the server's clock. */
  readonly date: string | null;
  /** When the headers came, by the clock that the lease uses. */
  readonly receivedAt: Reading;
}

/** A token the authority gave. */
export interface RefreshSuccess {
  readonly kind: 'success';
  /** Not empty. */
  readonly token: string;
  /** When the token expires by the server's wall clock, in ms since the epoch. */
  readonly expiresAt: number;
  readonly answer?: RefreshAnswer | null | undefined;
}

/**
 * `transient`: overload or the network, keep what there is. `invalid`: an answer that is of no use. `unauthorized`: the credentials
 * were refused. `gone`: the authority no longer knows who is asking.
 */
export type FailureKind = 'transient' | 'invalid' | 'unauthorized' | 'gone';

export interface RefreshFailure {
  readonly kind: FailureKind;
  /** For a person: what failed and where. Must not contain a secret. */
  readonly message: string;
  readonly cause?: unknown;
  readonly answer?: RefreshAnswer | null | undefined;
}

/** What a refresh function resolves to. It may also throw, which counts as `transient`. */
export type RefreshOutcome = RefreshSuccess | RefreshFailure;

export interface RefreshAttempt {
  /** Aborted at the lease's timeout, on close and on reset. Must reach headers and body of the request. */
  readonly signal: AbortSignal;
  /** `proactive`: a valid token is in hand. `required`: callers wait, and there is none. */
  readonly reason: 'proactive' | 'required';
  /** The token held when this attempt began, or null. */
  readonly tried: string | null;
}

/** What the authority last said. `at`: wall clock in ms when the headers came. */
export interface AnswerMeta {
  readonly status: number | null;
  readonly requestId: string | null;
  readonly at: number;
}

export function answerMeta(answer: RefreshAnswer): AnswerMeta {
  return { status: answer.status, requestId: answer.requestId, at: answer.receivedAt.wall };
}

import type { Reading } from './clock.ts';
import type { LeaseCounts } from './counts.ts';
import { type DeadlineReason, endsAt, isAhead } from './deadline.ts';
import { decide, type LeaseState } from './decide.ts';
import type { AnswerMeta } from './outcome.ts';
import type { LeaseRecord } from './record.ts';

/** What a lease knows, for a person or a dashboard. Times are ms since the epoch. No token in it. */
export interface LeaseSnapshot {
  readonly state: LeaseState;
  /** When the token expires by the server's clock; null without a token. */
  readonly expiresAt: number | null;
  /** When the authority may be asked again; null if at once, or if only new credentials help. */
  readonly retryAt: number | null;
  /** Why the authority may not be asked now; null if it may. */
  readonly reason: DeadlineReason | null;
  /** The last failure since the last success, in words. */
  readonly message: string | null;
  /** The credentials were refused: nothing is sent until they change. */
  readonly latched: boolean;
  /** A request is under way. */
  readonly refreshing: boolean;
  /** Failures in a row. */
  readonly failures: number;
  readonly generation: number;
  readonly lastAnswer: AnswerMeta | null;
  readonly counts: LeaseCounts & { readonly listenerErrors: number };
}

export function takeSnapshot(
  record: LeaseRecord,
  now: Reading,
  refreshing: boolean,
  counts: LeaseSnapshot['counts'],
): LeaseSnapshot {
  const { held, deadline, latched, failures, lastFailure, generation, lastAnswer } = record;
  const ahead = isAhead(deadline, now) ? deadline : null;
  return {
    state: decide(record, now),
    expiresAt: held?.grant.expiresAt ?? null,
    retryAt: ahead === null || latched ? null : endsAt(ahead, now),
    reason: latched ? 'unauthorized' : (ahead?.reason ?? null),
    message: lastFailure?.message ?? null,
    latched,
    refreshing,
    failures,
    generation,
    lastAnswer,
    counts,
  };
}

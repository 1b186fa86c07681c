import type { Reading } from './clock.ts';
import type { LeaseCounts } from './counts.ts';
import { type DeadlineReason, endsAt, isAhead } from './deadline.ts';
import { decide, type LeaseState } from './decide.ts';
import type { AnswerMeta } from './outcome.ts';
import type { Latch, LeaseRecord } from './record.ts';

/** What a lease knows, for a person or a dashboard. Times are ms since the epoch. No token in it. */
export interface LeaseSnapshot {
  readonly state: LeaseState;
  /** When the token expires by the server's clock; null without a token. */
  readonly expiresAt: number | null;
  /** When the authority may be asked again; null if at once, or if only new credentials help. */
  readonly retryAt: number | null;
  /** Why the authority may not be asked now; null if it may. */
  readonly reason: DeadlineReason | Latch | null;
  /** The last failure since the last success, in words. */
  readonly message: string | null;
  /** Nothing is sent until the credentials change; `reason` says why. */
  readonly latched: boolean;
  /** A request is under way. */
  readonly refreshing: boolean;
  /** Failures in a row. */
  readonly failures: number;
  readonly generation: number;
  readonly lastAnswer: AnswerMeta | null;
  /** Whether a deadline and a lock are shared with other leases: `alone` without a store, `failing` while the store is. */
  readonly sharing: 'alone' | 'shared' | 'failing';
  readonly counts: LeaseCounts & { readonly listenerErrors: number };
}

export function takeSnapshot(
  record: LeaseRecord,
  now: Reading,
  refreshing: boolean,
  sharing: LeaseSnapshot['sharing'],
  counts: LeaseSnapshot['counts'],
): LeaseSnapshot {
  const { held, deadline, latch, failures, lastFailure, generation, lastAnswer } = record;
  const ahead = isAhead(deadline, now) ? deadline : null;
  return {
    state: decide(record, now),
    expiresAt: held?.grant.expiresAt ?? null,
    retryAt: ahead === null || latch !== null ? null : endsAt(ahead, now),
    reason: latch ?? ahead?.reason ?? null,
    message: lastFailure?.message ?? null,
    latched: latch !== null,
    refreshing,
    failures,
    generation,
    lastAnswer,
    sharing,
    counts,
  };
}

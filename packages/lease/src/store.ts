import { later, type Reading } from './clock.ts';
import type { Deadline, DeadlineReason } from './deadline.ts';

/** What outlives the process: when the authority may be asked again. The token is never part of it. */
export interface DeadlineRecord {
  /** Wall clock in ms before which the authority may not be asked. */
  readonly retryAt: number;
  /** Wall clock in ms when that was decided. */
  readonly setAt: number;
  readonly reason: DeadlineReason;
  readonly source: 'retry-after' | 'backoff';
  /** How many times in a row it had failed by then. */
  readonly failures: number;
}

/**
 * Keeps one deadline record across restarts. Synchronous and small: a row, a file. It may throw: the lease then goes on
 * with what it knows itself, and says so in a `store-failed` event.
 */
export interface DeadlineStore {
  /** Null when there is none. */
  load(): DeadlineRecord | null;
  /** Null when the deadline was cleared. */
  save(record: DeadlineRecord | null): void;
}

const REASONS: readonly unknown[] = ['transient', 'invalid', 'unauthorized', 'gone', 'rejected', 'store'];

export interface RestoredDeadline {
  readonly deadline: Deadline;
  readonly failures: number;
}

/**
 * A stored record as a deadline of this process. It never lies further ahead than when
 * it was set, nor further than the cap, whatever happened to the wall clock, or to the record, in between.
 */
export function restoreDeadline(stored: DeadlineRecord, now: Reading, capMs: number): RestoredDeadline {
  // What comes back from a disk may not be what the type promises.
  const { retryAt, setAt, reason, source, failures }: Record<keyof DeadlineRecord, unknown> = stored;
  if (!isTime(retryAt) || !isTime(setAt)) throw new Error('the stored deadline names no moment');
  const wait = Math.min(retryAt - now.wall, retryAt - setAt, capMs);
  // A row of failures that ended long ago says nothing about the next one.
  const isOld = now.wall - setAt > Math.max(retryAt - setAt, 0) + capMs;
  return {
    deadline: {
      until: later(now, wait),
      setAt: Math.min(setAt, now.wall),
      reason: isReason(reason) ? reason : 'store',
      source: source === 'retry-after' ? 'retry-after' : 'backoff',
    },
    failures: isOld ? 0 : isCount(failures) ? failures : 1,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isReason(value: unknown): value is DeadlineReason {
  return REASONS.includes(value);
}

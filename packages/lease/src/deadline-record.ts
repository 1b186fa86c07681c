import { later, type Reading } from './clock.ts';
import type { Deadline, DeadlineReason } from './deadline.ts';

/** A deadline as it outlives the process: moments of the wall clock, and a reason. */
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

/** Where a deadline that is no lease's is kept, such as one of `planDeadline`: a row, a file. May throw. */
export interface DeadlineStore {
  /** Null when there is none. */
  load(): DeadlineRecord | null;
  /** Null when the deadline was cleared. */
  save(record: DeadlineRecord | null): void;
}

export interface RestoredDeadline {
  readonly deadline: Deadline;
  readonly failures: number;
}

/**
 * A stored record as a deadline of this process. It never lies further ahead than when it was set, nor further than the cap,
 * whatever happened to the wall clock, or to the record, in between.
 *
 * @throws Error if the record names no moment
 */
export function restoreDeadline(stored: DeadlineRecord, now: Reading, capMs: number): RestoredDeadline {
  const { retryAt, setAt, reason, source, failures } = checkDeadline(stored);
  const wait = Math.min(retryAt - now.wall, retryAt - setAt, capMs);
  // A row of failures that ended long ago says nothing about the next one.
  const isOld = now.wall - setAt > Math.max(retryAt - setAt, 0) + capMs;
  return {
    deadline: { until: later(now, wait), setAt: Math.min(setAt, now.wall), reason, source },
    failures: isOld ? 0 : failures,
  };
}

/** What comes back from a disk may not be what the type promises: the moments must be there, the rest is replaced. */
export function checkDeadline(stored: DeadlineRecord): DeadlineRecord {
  const { retryAt, setAt, reason, source, failures }: Record<keyof DeadlineRecord, unknown> = stored;
  if (!isTime(retryAt) || !isTime(setAt)) throw new Error('the stored deadline names no moment');
  return {
    retryAt,
    setAt,
    reason: isReason(reason) ? reason : 'store',
    source: source === 'retry-after' ? 'retry-after' : 'backoff',
    failures: isCount(failures) ? failures : 1,
  };
}

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const REASONS: readonly unknown[] = ['transient', 'invalid', 'unauthorized', 'gone', 'rejected', 'store'];

function isReason(value: unknown): value is DeadlineReason {
  return REASONS.includes(value);
}

import type { Reading } from './clock.ts';
import type { Deadline } from './deadline.ts';
import { type DeadlineRecord, type RestoredDeadline, restoreDeadline } from './deadline-record.ts';

/** A deadline as leases share it: by the wall clock for a reader after a reboot, and by the store's clock for everybody else. */
export interface SharedDeadline extends DeadlineRecord {
  /** The store's clock in ms when it ends; null if whoever wrote it had no such clock. */
  readonly until: number | null;
}

/** A deadline of this process as others can read it. */
export function shareDeadline(deadline: Deadline, failures: number, now: Reading, storeNow: number): SharedDeadline {
  const { setAt, reason, source, until } = deadline;
  const ends = Math.ceil(storeNow + until.monotonic - now.monotonic);
  return { retryAt: until.wall, setAt, until: ends, reason, source, failures };
}

/**
 * A shared deadline as one of this process: it ends by the same two clocks as where it was set, so that a wall clock that was put back
 * does not hold up one process after another. After a reboot the store's clock shows something else: where it contradicts the
 * record the wall clock alone counts, and where it does not, it says no more than that at least so much time has passed.
 */
export function restoreShared(stored: SharedDeadline, now: Reading, storeNow: number, capMs: number): RestoredDeadline {
  const { deadline, failures } = restoreDeadline(stored, now, capMs);
  const { retryAt, setAt, until } = stored;
  if (until === null || until - storeNow > retryAt - setAt) return { deadline, failures };
  const monotonic = now.monotonic + Math.min(until - storeNow, capMs);
  return { deadline: { ...deadline, until: { wall: retryAt, monotonic } }, failures };
}

export function isSameDeadline(one: SharedDeadline | null, other: SharedDeadline | null): boolean {
  if (one === null || other === null) return one === other;
  return one.retryAt === other.retryAt && one.setAt === other.setAt && one.until === other.until;
}

import { later, type Random, type Reading, remaining } from './clock.ts';
import type { RefreshAnswer } from './outcome.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Why the authority may not be asked yet. `store`: what an earlier process left behind could not be read. */
export type DeadlineReason = 'transient' | 'invalid' | 'unauthorized' | 'gone' | 'rejected' | 'store';

/** When the authority may be asked again. It ends as soon as either clock says so. */
export interface Deadline {
  readonly until: Reading;
  /** The wall clock in ms when it was set. */
  readonly setAt: number;
  readonly reason: DeadlineReason;
  /** Whether the authority named the moment or the lease chose it. */
  readonly source: 'retry-after' | 'backoff';
}

/**
 * Without a usable Retry-After the first wait is 30 s ± 20 %, then it doubles up to 120 s ± 20 %. Simulated (docs/storms.md, "What it settled"):
 * with a cap of 240 s a fleet notices the end of a ten-minute outage twice as late for a tenth fewer requests; with 60 s, or without
 * growth, it pays half as many more.
 */
const BACKOFF_MS = 30_000;
const BACKOFF_CAP_MS = 120_000;
const BACKOFF_SPREAD = 0.2;

/**
 * After a Retry-After comes up to a tenth of it more, but at least one second and at most thirty. Simulated: a fleet that is told one date
 * comes back with 116 times its steady load, without this with 1,800 times.
 */
const JITTER_SHARE = 0.1;
const JITTER_MIN_MS = 1_000;
const JITTER_MAX_MS = 30_000;

export interface DeadlinePlan {
  readonly reason: DeadlineReason;
  readonly answer: RefreshAnswer | null;
  readonly now: Reading;
  /** How many times in a row it has failed, this one included. */
  readonly failures: number;
  /** The furthest a deadline may lie ahead, in ms. */
  readonly capMs: number;
  readonly random: Random;
}

/** The next moment at which the authority may be asked. A `Retry-After` is a floor: only the cap may undercut it. */
export function planDeadline({ reason, answer, now, failures, capMs, random }: DeadlinePlan): Deadline {
  const asked = answer === null ? null : askedFor(answer, now);
  const source = asked === null ? 'backoff' : 'retry-after';
  const delay = asked === null ? backoff(failures, random) : asked + jitter(asked, random);
  return { until: later(now, Math.min(Math.ceil(delay), capMs)), setAt: now.wall, reason, source };
}

/** What is left at `now` of the wait that the answer asked for. Null if it asked for none, or it ended while the body came. */
function askedFor(answer: RefreshAnswer, now: Reading): number | null {
  const asked = parseRetryAfter(answer.retryAfter, answer.date, answer.receivedAt.wall);
  if (asked === null) return null;
  // The monotonic clock alone: a wall clock set in between must not shorten what was asked.
  const left = asked - Math.max(0, now.monotonic - answer.receivedAt.monotonic);
  return left > 0 ? left : null;
}

function jitter(asked: number, random: Random): number {
  return random() * Math.min(Math.max(asked * JITTER_SHARE, JITTER_MIN_MS), JITTER_MAX_MS);
}

function backoff(failures: number, random: Random): number {
  const middle = Math.min(BACKOFF_MS * 2 ** Math.max(0, failures - 1), BACKOFF_CAP_MS);
  return middle * (1 - BACKOFF_SPREAD + 2 * BACKOFF_SPREAD * random());
}

export function isAhead(deadline: Deadline | null, now: Reading): deadline is Deadline {
  return deadline !== null && remaining(deadline.until, now) > 0;
}

/** The two clocks tick apart by less than this when nobody set either of them. */
const CLOCK_NOISE_MS = 1_000;

/** The moment in ms since the epoch at which the deadline ends, as the wall clock will show it if nobody sets it. */
export function endsAt({ until }: Deadline, now: Reading): number {
  const byMonotonic = Math.ceil(now.wall + until.monotonic - now.monotonic);
  // The same number at every look, unless the wall clock was put back and the monotonic one ends the deadline sooner.
  return byMonotonic < until.wall - CLOCK_NOISE_MS ? byMonotonic : until.wall;
}

import { sharedReading } from './recent.ts';

/** A timer that has been set and can be taken back. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Where the lease gets its time from. Everything is in milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump in either direction when somebody sets the machine's clock. */
  wall(): number;
  /** Milliseconds since an arbitrary moment. Never goes back; may stand still while the machine sleeps. */
  monotonic(): number;
  /** Calls `fire` once after `ms`. Where the platform can, such a timer does not keep the process alive. */
  setTimer(ms: number, fire: () => void): Timer;
  /**
   * Both clocks, at a lower price, as they were a moment ago. Only asked while a token is so far from its renewal window that a
   * moment does not matter. Leave it out unless clock reads are what a profile shows.
   */
  recent?(): Reading;
}

/** One look at both clocks, or a moment as both clocks will show it. */
export interface Reading {
  readonly wall: number;
  readonly monotonic: number;
}

/** A number in [0, 1), like `Math.random`. */
export type Random = () => number;

/** No timer of the lease is longer than this; a longer wait is taken in slices, each with a new look at both clocks. */
export const MAX_TIMER_MS = 60_000;

/** The platform's clocks and timers: `Date.now`, `performance.now`, `setTimeout`. */
export const systemClock: Required<Clock> = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  recent: sharedReading(
    () => ({ wall: Date.now(), monotonic: performance.now() }),
    (revoke) => void systemClock.setTimer(0, revoke),
  ),
  setTimer(ms, fire) {
    const timer = setTimeout(fire, ms);
    // Node answers with an object that can be unref'd, a browser with a number.
    const handle: unknown = timer;
    if (typeof handle === 'object' && handle !== null && 'unref' in handle && typeof handle.unref === 'function') {
      handle.unref();
    }
    return { cancel: () => clearTimeout(timer) };
  },
};

export function read(clock: Clock): Reading {
  return { wall: clock.wall(), monotonic: clock.monotonic() };
}

export function later(from: Reading, ms: number): Reading {
  return { wall: from.wall + ms, monotonic: from.monotonic + ms };
}

/**
 * How long until `moment` has come by at least one clock: the sooner of the two. Zero or less once it has.
 * The same number says how long a token is valid by both clocks, and how long a deadline lies ahead.
 */
export function remaining(moment: Reading, now: Reading): number {
  return Math.min(moment.wall - now.wall, moment.monotonic - now.monotonic);
}

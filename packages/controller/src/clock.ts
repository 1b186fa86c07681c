export interface Timer {
  cancel(): void;
}

/** Where the SDK gets its time from. Everything is in milliseconds. */
export interface Clock {
  /** Since the Unix epoch. May jump when somebody sets the machine's clock. */
  wall(): number;
  /** Since an arbitrary moment; never goes back. */
  monotonic(): number;
  setTimer(ms: number, fire: () => void): Timer;
}

/** A number in [0, 1), like `Math.random`. */
export type Random = () => number;

/** A longer wait is taken in slices, each with a new look at the clock: a machine that slept wakes up late, not lost. */
export const MAX_TIMER_MS = 60_000;

/** The platform's own. Its timers keep a process alive, as an open link does; `close()` ends both. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms, fire) {
    const timer = setTimeout(fire, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

/** Where the relay gets its time from, in milliseconds. */
export interface Clock {
  /** Since the Unix epoch. */
  wall(): number;
  /** Since an arbitrary moment; never goes back, whoever sets the machine's clock. */
  monotonic(): number;
  /** Calls `fire` once after `ms`; such a timer does not keep the process alive. */
  setTimer(ms: number, fire: () => void): Timer;
}

/** The monotonic moment without its parts of a millisecond: of a number without parts, ten thousand links hold no object each. */
export const wholeMs = (clock: Pick<Clock, 'monotonic'>): number => Math.trunc(clock.monotonic());

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (ms, fire) => {
    const timer = setTimeout(fire, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Calls `tick` every `ms` until it is cancelled. */
export function every(clock: Clock, ms: number, tick: () => void): Timer {
  let cancelled = false;
  let timer: Timer;
  const set = () => {
    timer = clock.setTimer(ms, () => {
      tick();
      if (!cancelled) set();
    });
  };
  set();
  return {
    cancel: () => {
      cancelled = true;
      timer.cancel();
    },
  };
}

export const rfc3339 = (ms: number): string => new Date(ms).toISOString();

export const rfc3339OrNull = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms));

import type { Reading } from './clock.ts';

/** A look taken this soon after the one before means that somebody asks in a tight loop. */
const HOT_MS = 0.05;

/** How many calls in a tight loop share one look at the clocks. */
const SHARED_CALLS = 32;

/**
 * Makes a reading of the platform's clocks that may be a moment old, at the price of a decrement where it is asked for in a tight
 * loop: two looks at the clocks cost more than an `await`.
 *
 * A reading is shared by at most 32 calls, each lot begun within 0.05 ms of the one before, and never outlives the event loop's turn
 * by more than a timer's delay. It is for checks with room to spare, not for the last moment of a token.
 *
 * @param look takes a real reading
 * @param soon calls back in the event loop's next turn, without keeping the process alive
 */
export function sharedReading(look: () => Reading, soon: (revoke: () => void) => void): () => Reading {
  let reading = look();
  let shares = 0;
  let revoking = false;
  const revoke = (): void => {
    shares = 0;
    revoking = false;
  };
  const lookAgain = (): Reading => {
    const before = reading;
    reading = look();
    if (reading.monotonic - before.monotonic < HOT_MS) {
      shares = SHARED_CALLS - 1;
      if (!revoking) {
        revoking = true;
        soon(revoke);
      }
    }
    return reading;
  };
  return () => {
    if (shares === 0) return lookAgain();
    shares -= 1;
    return reading;
  };
}

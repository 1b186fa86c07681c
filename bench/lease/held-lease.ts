import { type Clock, Lease, systemClock } from '@holdfast/lease';

export const HOUR_MS = 3_600_000;

/** The platform's clocks, read on every call. */
export const unsharedClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: systemClock.setTimer,
};

/** A lease with a token that is good for an hour. */
export function heldLease(clock: Clock = systemClock): Lease {
  const lease = new Lease({ clock, refresh: () => Promise.reject(new Error('the token is fresh: nobody asks')) });
  lease.adopt({ token: 'token', expiresAt: Date.now() + HOUR_MS });
  return lease;
}

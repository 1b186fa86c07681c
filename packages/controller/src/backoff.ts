import type { Random } from './clock.ts';

/** The first new attempt comes within this. */
export const FIRST_RETRY_MS = 2_000;
/** The most a wait grows to, unless the relay asks for more. */
export const MAX_RETRY_MS = 30_000;
/** A link that lasted this long was sound: its end says nothing against the relay. */
export const STABLE_MS = 60_000;
/** A `Retry-After` is followed up to here; then one attempt finds out. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * How long to wait before the next attempt, in ms: full jitter over a range that doubles with each failure, and never less than the
 * relay asked for, with a little on top so that those who were told the same do not come back as one.
 *
 * @param failures in a row; 0 means that there was none, and no wait
 * @param floorMs what the relay asked for; 0 for nothing
 */
export function retryDelay(failures: number, floorMs: number, random: Random): number {
  const range = failures === 0 ? 0 : Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  const floor = Math.min(Math.max(0, floorMs), MAX_RETRY_AFTER_MS);
  return Math.max(random() * range, floor + random() * Math.min(MAX_RETRY_MS, floor / 10));
}

/**
 * How many failures in a row there are, after a link has ended. A sound one starts over; one that at least carried something counts as
 * a single failure, so that a bad network does not lock out who gets through it.
 */
export function failuresAfterLink(failures: number, link: { lastedMs: number; carried: boolean }): number {
  if (link.lastedMs >= STABLE_MS) return 0;
  return link.carried ? 1 : failures + 1;
}

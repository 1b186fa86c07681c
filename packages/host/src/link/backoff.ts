/** The longest wait between two tries to connect, in milliseconds. */
export const RECONNECT_CAP_MS = 30_000;
const FIRST_MS = 1_000;
/** Slow enough that a short absence of the relay does not cost a long wait. */
const GROWTH = 1.5;

/**
 * How long to wait before the given try (0 is the first after a drop): full jitter, so that a fleet that lost its relay at once does not
 * come back at once. The first try comes within a second.
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  return random() * Math.min(RECONNECT_CAP_MS, FIRST_MS * GROWTH ** attempt);
}

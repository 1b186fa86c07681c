/** The longest wait between two tries to connect, in milliseconds. */
export const RECONNECT_CAP_MS = 30_000;
const FIRST_MS = 1_000;

/**
 * How long to wait before the given try (0 is the first after a drop): full jitter, so that a fleet that lost its relay at once does not
 * come back at once. The first try comes within a second.
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  return random() * Math.min(RECONNECT_CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
}

/**
 * The longest wait between two tries to connect, in milliseconds. Simulated (docs/storms.md, "What it settled"): a longer one would spare a
 * relay that is away for ten minutes a third of the requests, and keep the one person who waits for it waiting twice as long.
 */
export const RECONNECT_CAP_MS = 30_000;
const FIRST_MS = 1_000;
const GROWTH = 2;

/**
 * How long to wait before the given try (0 is the first after a drop). The first comes anywhere within a second: a fleet that lost its relay
 * at once does not come back at once. The bound then doubles, and the wait is at least half of it: a relay that has refused once is not
 * asked again in the same moment.
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  const bound = Math.min(RECONNECT_CAP_MS, FIRST_MS * GROWTH ** attempt);
  return attempt === 0 ? random() * bound : bound * (0.5 + random() / 2);
}

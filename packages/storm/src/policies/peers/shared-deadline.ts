import { NoTokenError, type PeerPorts, type TokenRule } from './peer-host.ts';
import { retryAfterMs } from './retry-after.ts';
import { leftByWall } from './token-clock.ts';

const WINDOW_MS = 300_000;
/** Where an answer names no moment, in ms. */
const LEAST_MS = 24_000;
const SPREAD_MS = 12_000;

/**
 * The smallest mend of the naive host: one deadline for all callers after a failed refresh, and a valid token is used meanwhile. No growth,
 * nothing on top of a Retry-After, nothing kept across a restart, nothing renewed behind an open link.
 */
export function sharedDeadlineTokens({ process, refresh }: PeerPorts): TokenRule {
  const { clock, random } = process;
  let held = process.firstToken;
  let deadline = Number.NEGATIVE_INFINITY;
  let flight: Promise<void> | null = null;

  const renew = async (): Promise<void> => {
    try {
      held = await refresh();
      deadline = 0;
    } catch (error) {
      const answer = error instanceof NoTokenError ? error.answer : null;
      deadline = clock.monotonic() + (retryAfterMs(answer, process) ?? LEAST_MS + random() * SPREAD_MS);
    }
  };
  return {
    async get() {
      const isDue = held === null || leftByWall(held, process) < WINDOW_MS;
      if (isDue && clock.monotonic() >= deadline) {
        flight ??= renew().finally(() => {
          flight = null;
        });
        await flight;
      }
      if (held === null || leftByWall(held, process) <= 0) throw new NoTokenError(null);
      return held;
    },
    reject() {
      held = null;
      deadline = 0;
    },
  };
}

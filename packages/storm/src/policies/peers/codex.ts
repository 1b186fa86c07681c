import type { Answer } from '../../authority/answer.ts';
import { NoTokenError, type PeerPorts, type ReconnectRule, type TokenRule } from './peer-host.ts';
import { retryAfterMs } from './retry-after.ts';
import { leftByWall } from './token-clock.ts';

const WINDOW_MS = 300_000;
const LEAST_MS = 24_000;
const SPREAD_MS = 12_000;
/** On top of a Retry-After, in ms. */
const RETRY_AFTER_SPREAD_MS = 30_000;

/**
 * The host of codex 0.169.0, as measured at its binary (docs/faults.md): a refresh only before a connect or a pairing; one deadline for
 * everything, whoever failed, so that a valid token is not used before it ends; forgotten by a restart.
 */
export function codexTokens({ process, refresh }: PeerPorts): TokenRule {
  const { clock, random } = process;
  let held = process.firstToken;
  let deadline = Number.NEGATIVE_INFINITY;
  const failed = (answer: Answer | null): void => {
    const asked = retryAfterMs(answer, process);
    const wait = asked === null ? LEAST_MS + random() * SPREAD_MS : asked + random() * RETRY_AFTER_SPREAD_MS;
    deadline = clock.monotonic() + wait;
  };
  return {
    async get() {
      if (clock.monotonic() < deadline) throw new NoTokenError(null);
      if (held !== null && leftByWall(held, process) >= WINDOW_MS) return held;
      try {
        held = await refresh();
      } catch (error) {
        failed(error instanceof NoTokenError ? error.answer : null);
        throw error;
      }
      return held;
    },
    reject() {
      held = null;
    },
    failed,
  };
}

/** 2.5 to 5 s, 5 to 10, 10 to 20, then 15 to 30. */
export const codexReconnect: ReconnectRule = {
  delay: (failures, random) => Math.min(30_000, 5_000 * 2 ** Math.max(0, failures - 1)) * (0.5 + random() / 2),
};

import type { Token } from '../../authority/answer.ts';
import { NoTokenError, type PeerPorts, type TokenRule } from './peer-host.ts';
import { leftByWall } from './token-clock.ts';

/** EXPIRE_WINDOW_MS of token-providers, and what credential providers pass to `memoize`. */
const WINDOW_MS = 300_000;
/** Between two tries of fromSso. */
const INTERVAL_MS = 30_000;

/** @smithy/core 3.41.0, config/property-provider/memoize: in the last five minutes every lot of callers asks, and fails with it. */
export function awsMemoizeTokens({ process, refresh }: PeerPorts): TokenRule {
  let held = process.firstToken;
  let pending: Promise<Token> | null = null;
  return {
    async get() {
      if (held !== null && leftByWall(held, process) >= WINDOW_MS) return held;
      pending ??= refresh().finally(() => {
        pending = null;
      });
      held = await pending;
      return held;
    },
    reject() {
      held = null; // forceRefresh
    },
  };
}

/** @aws-sdk/token-providers 3.1175.0, fromSso: one try in 30 s, and the token at hand as long as it is valid. */
export function awsSsoTokens({ process, refresh }: PeerPorts): TokenRule {
  let held = process.firstToken;
  let triedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | null = null;
  const renew = async (): Promise<void> => {
    try {
      held = await refresh();
    } catch (error) {
      if (!(error instanceof NoTokenError)) throw error; // else the token at hand, if it is valid
    }
  };
  return {
    async get() {
      if (held !== null && leftByWall(held, process) > WINDOW_MS) return held;
      if (pending === null && process.clock.wall() - triedAt >= INTERVAL_MS) {
        triedAt = process.clock.wall();
        pending = renew().finally(() => {
          pending = null;
        });
      }
      if (pending !== null) await pending;
      if (held === null || leftByWall(held, process) <= 0) throw new NoTokenError(null);
      return held;
    },
    reject() {
      held = null;
    },
  };
}

import type { Token } from '../../authority/answer.ts';
import { NoTokenError, type PeerPorts, type TokenRule } from './peer-host.ts';
import { leftByWall } from './token-clock.ts';

/** Of DEFAULT_CYCLER_OPTIONS, in ms. */
const FORCED_WINDOW_MS = 1_000;
const INTERVAL_MS = 3_000;
const WINDOW_MS = 120_000;

/**
 * @azure/core-rest-pipeline 1.25.1, util/tokenCycler: in the last two minutes one renewal behind the callers, tried every 3 s until the
 * token has expired; without a token each lot of callers makes one request and fails with it.
 */
export function azureTokens({ process, refresh, sleep }: PeerPorts): TokenRule {
  let held = process.firstToken;
  let worker: Promise<Token> | null = null;

  const tryUntil = async (token: Token | null): Promise<Token> => {
    while (token !== null && leftByWall(token, process) > 0) {
      try {
        return await refresh();
      } catch (error) {
        if (!(error instanceof NoTokenError)) throw error;
      }
      await sleep(INTERVAL_MS);
    }
    return refresh();
  };
  const renew = (): Promise<Token> => {
    worker ??= tryUntil(held).then(
      (token) => {
        worker = null;
        held = token;
        return token;
      },
      (error: unknown) => {
        worker = null;
        held = null;
        throw error;
      },
    );
    return worker;
  };
  return {
    async get() {
      if (held === null || leftByWall(held, process) < FORCED_WINDOW_MS) return renew();
      if (worker === null && leftByWall(held, process) < WINDOW_MS) renew().catch(() => {});
      return held;
    },
    reject() {
      held = null;
    },
  };
}

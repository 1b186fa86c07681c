import type { Token } from '../../authority/answer.ts';
import { NoTokenError, type PeerPorts, type TokenRule } from './peer-host.ts';
import { leftByWall } from './token-clock.ts';

/** eagerRefreshThresholdMillis of the client. */
const WINDOW_MS = 300_000;
const RETRIES = 3;
/** noResponseRetries. */
const RETRIES_WITHOUT_ANSWER = 2;
const FIRST_DELAY_MS = 100;

/**
 * google-auth-library 11.3.4, auth/oauth2client, over gaxios 8.3.3, retry: in the last five minutes every lot of callers asks, up to four
 * times within two seconds, whatever Retry-After says, and fails with it.
 */
export function googleTokens({ process, refresh, sleep }: PeerPorts): TokenRule {
  let held = process.firstToken;
  let pending: Promise<Token> | null = null;
  const persist = async (): Promise<Token> => {
    for (let retries = 0; ; retries += 1) {
      try {
        return await refresh();
      } catch (error) {
        if (!(error instanceof NoTokenError) || !mayRetry(error, retries)) throw error;
      }
      await sleep(retries === 0 ? FIRST_DELAY_MS : ((2 ** retries - 1) / 2) * 1000);
    }
  };
  return {
    async get() {
      if (held !== null && leftByWall(held, process) > WINDOW_MS) return held;
      pending ??= persist().finally(() => {
        pending = null;
      });
      held = await pending;
      return held;
    },
    reject() {
      held = null;
    },
  };
}

function mayRetry({ answer }: NoTokenError, retries: number): boolean {
  const status = answer?.status ?? null;
  if (status === null) return retries < RETRIES_WITHOUT_ANSWER;
  return (status >= 500 || status === 429 || status === 408) && retries < RETRIES;
}

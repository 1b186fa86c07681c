import type { PeerPorts, TokenRule } from './peer-host.ts';
import { leftByWall } from './token-clock.ts';

/** How long before its end a token is renewed, in ms. */
const WINDOW_MS = 300_000;

/** A host as it is first written: whoever finds the token near its end asks for another, and fails when that fails. */
export function naiveTokens({ process, refresh }: PeerPorts): TokenRule {
  let held = process.firstToken;
  return {
    async get() {
      if (held === null || leftByWall(held, process) < WINDOW_MS) held = await refresh();
      return held;
    },
    reject() {
      held = null;
    },
  };
}

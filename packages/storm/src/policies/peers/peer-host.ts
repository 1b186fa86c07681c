import { type Answer, type Endpoint, isSuccess, type Token } from '../../authority/answer.ts';
import type { HostProcess } from '../../fleet/process.ts';
import { askPatiently } from '../patience.ts';
import type { Program } from '../policy.ts';

/** A request to the authority failed, or was not made since the rule forbids it. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
  readonly answer: Answer | null;

  constructor(answer: Answer | null) {
    super('no token');
    this.answer = answer;
  }
}

/** How a peer keeps its token. */
export interface TokenRule {
  /** @throws NoTokenError */
  get(): Promise<Token>;
  /** The token was refused with a 401. */
  reject(token: Token): void;
  /** Another call than a refresh failed. */
  failed?(answer: Answer): void;
}

/** How a peer connects again. */
export interface ReconnectRule {
  /** Milliseconds before the next try, after so many failures in a row (0: a link that held has dropped). */
  delay(failures: number, random: () => number): number;
}

/** What a rule may use. */
export interface PeerPorts {
  readonly process: HostProcess;
  /** One request for a token, 30 s at most. @throws NoTokenError */
  readonly refresh: () => Promise<Token>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A link that held so long was a good one, in ms. */
const STABLE_MS = 60_000;

/** A host that is made of a peer's rules: before each connect and each pairing it gets a token, and after a failure it waits. */
export function startPeer(
  process: HostProcess,
  tokenRule: (ports: PeerPorts) => TokenRule,
  reconnect: ReconnectRule,
): Program {
  const { clock, random } = process;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve));
  const refresh = async (): Promise<Token> => {
    const answer = await askPatiently(process, 'refresh', null);
    if (answer.token === null) throw new NoTokenError(answer);
    return answer.token;
  };
  const tokens = tokenRule({ process, refresh, sleep });

  /** One call with a token. @throws NoTokenError */
  const call = async (endpoint: Endpoint): Promise<boolean> => {
    const token = await tokens.get();
    const answer = await askPatiently(process, endpoint, token.text);
    if (isSuccess(endpoint, answer)) return true;
    if (answer.status === 401) tokens.reject(token);
    else tokens.failed?.(answer);
    return false;
  };

  const connect = async (): Promise<never> => {
    for (let failures = 0; ; ) {
      if (await call('handshake').catch(isNoToken)) {
        const openedAt = clock.monotonic();
        await new Promise<string>((resolve) => void process.hold(resolve));
        if (clock.monotonic() - openedAt >= STABLE_MS) failures = 0;
        else failures += 1;
      } else {
        failures += 1;
      }
      await sleep(reconnect.delay(failures, random));
    }
  };
  void connect();
  return { pair: () => call('pair').catch(isNoToken), woke: () => {} };
}

/** False for a rule's own failure; anything else is a fault of the simulator. */
function isNoToken(error: unknown): false {
  if (error instanceof NoTokenError) return false;
  throw error;
}

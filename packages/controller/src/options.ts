import { type DeviceKey, normalizeBase } from '@holdfast/wire';
import { checked, requireWebCrypto } from './claim.ts';
import { type Clock, type Random, systemClock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { ControllerError } from './errors.ts';
import { randomId } from './random-id.ts';
import { type Fetch, globalFetch } from './relay-api.ts';
import type { WebSocketConstructor } from './socket.ts';

const MIB = 1024 * 1024;

/** Who connects: what `claimCode` gave, or the parts of it that count. */
export type ConnectOptions = (
  | { readonly credentials: Credentials }
  | { readonly base: string; readonly clientId: string; readonly deviceKey: DeviceKey }
) & {
  /**
   * Which of the device's sessions this is (docs/protocol.md §8), 16 to 64 of `A-Z a-z 0-9 _ -`. Whoever wants to take up its streams
   * after a restart keeps it; no two that run at once may share it. Default: a random one.
   */
  readonly session?: string;
  /** Default: the global one. */
  readonly WebSocket?: WebSocketConstructor;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
  /** How much of a stream may be on its way to the relay, in characters. Default: 64 Mi. */
  readonly maxOutgoing?: number;
  /** How much of a stream may wait for its consumer, in characters. Default: 64 Mi. */
  readonly maxIncoming?: number;
  /** Registers a callback for "the network is back", and gives a function that ends that. Default: the page's `online` event, if it has one. */
  readonly onOnline?: (callback: () => void) => () => void;
};

export interface ResolvedOptions {
  readonly base: string;
  readonly clientId: string;
  readonly deviceKey: DeviceKey;
  readonly initialToken: { readonly initial?: { readonly token: string; readonly expiresAt: number } };
  readonly session: string;
  readonly WebSocket: WebSocketConstructor;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly maxOutgoing: number;
  readonly maxIncoming: number;
  readonly onOnline: (callback: () => void) => () => void;
}

export function resolveOptions(options: ConnectOptions): ResolvedOptions {
  const credentials: Pick<Credentials, 'base' | 'clientId' | 'deviceKey' | 'token' | 'tokenExpiresAt'> =
    'credentials' in options ? options.credentials : options;
  const { clientId, deviceKey, token, tokenExpiresAt } = credentials;
  requireWebCrypto();
  return {
    base: checked(() => normalizeBase(credentials.base)),
    clientId,
    deviceKey,
    // without a moment that exists it is as good as none: the device key gets another
    initialToken:
      token === undefined || tokenExpiresAt === undefined || !Number.isFinite(tokenExpiresAt)
        ? {}
        : { initial: { token, expiresAt: tokenExpiresAt } },
    session: options.session ?? randomId('ses'),
    WebSocket: options.WebSocket ?? globalWebSocket(),
    fetch: options.fetch ?? globalFetch,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    maxOutgoing: atLeastOne('maxOutgoing', options.maxOutgoing ?? 64 * MIB),
    maxIncoming: atLeastOne('maxIncoming', options.maxIncoming ?? 64 * MIB),
    onOnline: options.onOnline ?? onOnlineEvent,
  };
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${name} is a whole number above 0, not ${value}`);
}

function globalWebSocket(): WebSocketConstructor {
  if (globalThis.WebSocket !== undefined) return globalThis.WebSocket;
  throw new ControllerError('ERR_CONTROLLER_UNSUPPORTED', 'This platform has no WebSocket; give one as an option.');
}

/** Node's global object has no events. */
function onOnlineEvent(callback: () => void): () => void {
  const page: unknown = globalThis;
  if (!isEventTarget(page)) return () => {};
  page.addEventListener('online', callback);
  return () => page.removeEventListener('online', callback);
}

function isEventTarget(value: unknown): value is EventTarget {
  return typeof value === 'object' && value !== null && 'addEventListener' in value && 'removeEventListener' in value;
}

import type { Clock } from '../clock.ts';
import { isLoopbackAddress, networkOf } from './peer.ts';

/** Addresses whose requests are remembered; the one heard of longest ago goes. */
const MAX_ADDRESSES = 10_000;
const NOTHING = () => {};
const MINUTE_MS = 60_000;

interface Bucket {
  left: number;
  at: number;
}

export interface AddressLimitsOptions {
  readonly clock: Clock;
  /** Open connections of one address. */
  readonly connections: number;
  /** Requests and handshakes of one address in a minute; as many may come at once after a pause. */
  readonly requestsPerMinute: number;
}

/**
 * How much of the relay one address may take; of IPv6, one /64. This machine itself is not limited: what comes through a tunnel, or a
 * proxy that was not told of, all looks like it.
 */
export class AddressLimits {
  readonly #options: AddressLimitsOptions;
  readonly #open = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AddressLimitsOptions) {
    this.#options = options;
  }

  /** Gives what is to be called when the connection ends, or null when it is one too many. */
  connect(address: string): (() => void) | null {
    if (isLoopbackAddress(address)) return NOTHING;
    const key = networkOf(address);
    const open = this.#open.get(key) ?? 0;
    if (open >= this.#options.connections) return null;
    this.#open.set(key, open + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }

  /** How long to wait, in milliseconds; 0 when it may pass. */
  request(address: string): number {
    if (isLoopbackAddress(address)) return 0;
    const { clock, requestsPerMinute } = this.#options;
    const now = clock.monotonic();
    const key = networkOf(address);
    const known = this.#buckets.get(key);
    const refilled =
      known === undefined ? requestsPerMinute : known.left + ((now - known.at) * requestsPerMinute) / MINUTE_MS;
    const left = Math.min(requestsPerMinute, refilled);
    const passes = left >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: passes ? left - 1 : left, at: now });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_ADDRESSES) break;
      this.#buckets.delete(oldest);
    }
    return passes ? 0 : ((1 - left) * MINUTE_MS) / requestsPerMinute;
  }
}

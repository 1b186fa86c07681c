import type { Clock } from '../clock.ts';
import { isLoopbackAddress, networkOf } from './peer.ts';
import { RequestRate } from './request-rate.ts';

/** What there is to be done when a connection ends that was not counted. */
export const UNLIMITED = () => {};

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
  readonly #requests: RequestRate;

  constructor(options: AddressLimitsOptions) {
    this.#options = options;
    this.#requests = new RequestRate({ clock: options.clock, perMinute: options.requestsPerMinute });
  }

  /** Gives what is to be called when the connection ends, or null when it is one too many. */
  connect(address: string): (() => void) | null {
    if (isLoopbackAddress(address)) return UNLIMITED;
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
    return isLoopbackAddress(address) ? 0 : this.#requests.take(networkOf(address));
  }
}

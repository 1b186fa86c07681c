import type { IncomingMessage } from 'node:http';
import { Failure } from '../http/failure.ts';
import type { AddressLimits } from './address-limits.ts';
import type { OwnNames } from './own-names.ts';
import { type Asking, type Peer, peerOf } from './peer.ts';

export interface GuardOptions {
  readonly names: OwnNames;
  readonly limits: AddressLimits;
  /** How many proxies of one's own stand in front. */
  readonly trustProxy: number;
}

/** They change nothing, and without CORS headers a foreign page cannot read their answer. */
const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What every request and every handshake passes before anything is done for it. */
export class Guard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  peerOf(request: Asking): Peer {
    return peerOf(request, this.#options.trustProxy);
  }

  /**
   * @param peer of the request, where that is known already
   * @throws Failure 421, 403 or 429
   */
  check(request: IncomingMessage, kind: 'request' | 'handshake', peer: Peer = this.peerOf(request)): void {
    const { names, limits } = this.#options;
    const { host, origin } = request.headers;
    if (!names.isOwn(host)) {
      throw new Failure(
        421,
        'host_refused',
        'The relay is not known by the name that it was called by. If it should be, whoever runs it names it with --public-url.',
      );
    }
    const matters = kind === 'handshake' || !HARMLESS.has(request.method ?? '');
    if (matters && origin !== undefined && !names.isOwnOrigin(origin, host)) {
      throw new Failure(403, 'origin_refused', 'A page of another origin may not use this relay.');
    }
    const retryAfterMs = limits.request(peer.address);
    if (retryAfterMs > 0) {
      throw new Failure(429, 'too_many_requests', 'Too many requests come from your address; slow down.', {
        retryAfterMs,
      });
    }
  }

  /**
   * A place for one more connection.
   *
   * @param asking a socket, or a handshake that came through a proxy
   */
  connect(asking: Asking): (() => void) | null {
    return this.#options.limits.connect(this.peerOf(asking).address);
  }

  /** Without proxies an address is a socket's; with them it is known only from a request. */
  get knowsAddressesBySocket(): boolean {
    return this.#options.trustProxy === 0;
  }
}

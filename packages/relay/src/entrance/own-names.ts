import { isIP } from 'node:net';
import { isLoopbackHost } from '@holdfast/wire';

export interface OwnNamesOptions {
  /** Where the relay listens. */
  readonly listenHost: string;
  /** What it is known as, with scheme and without path; null for what it listens at. */
  readonly publicUrl: string | null;
}

/** A name or an address, and perhaps a port: nothing that a URL would read as something else. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

/**
 * By which names this relay may be called. A page of a stranger can make a name of its own point here (DNS rebinding), and its browser
 * then takes the relay for that page's origin; but it calls it by that name.
 */
export class OwnNames {
  readonly #listenHost: string;
  readonly #publicUrl: URL | null;
  /** The last name that was found to be one: most peers call it by the same. */
  #lastOwn: string | null = null;

  constructor({ listenHost, publicUrl }: OwnNamesOptions) {
    this.#listenHost = bare(listenHost);
    this.#publicUrl = publicUrl === null ? null : new URL(publicUrl);
  }

  /** @param host of the request's header */
  isOwn(host: string | undefined): boolean {
    if (host === undefined) return false;
    if (host === this.#lastOwn) return true;
    if (!this.#judge(host)) return false;
    this.#lastOwn = host;
    return true;
  }

  #judge(host: string): boolean {
    const url = !HOST.test(host) ? null : parse(`http://${host}`);
    if (url === null) return false;
    const name = bare(url.hostname);
    if (isLoopbackHost(name) || name === this.#listenHost || name === bare(this.#publicUrl?.hostname ?? ''))
      return true;
    // an address is nobody's to point elsewhere
    return ANY_ADDRESS.has(this.#listenHost) && isIP(name) !== 0;
  }

  /** Whether a browser sent it from a page of this relay. */
  isOwnOrigin(origin: string, host: string | undefined): boolean {
    const url = parse(origin);
    if (url === null || url.origin !== origin || host === undefined) return false;
    if (url.origin === this.#publicUrl?.origin) return true;
    return (
      (url.protocol === 'http:' || url.protocol === 'https:') && url.host === parse(`${url.protocol}//${host}`)?.host
    );
  }

  /** What a challenge says that it was made for. */
  originFor(host: string | undefined, scheme: 'http' | 'https'): string {
    const origin = this.#publicUrl?.origin ?? parse(`${scheme}://${host ?? 'localhost'}`)?.origin;
    return (origin ?? `${scheme}://localhost`).slice(0, 256);
  }
}

/** Not `canParse` and then `new URL`: of a very long text the one says yes and the other throws. */
function parse(text: string): URL | null {
  return URL.parse(text);
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

import { discardBody } from './body.ts';
import type { Lease } from './lease.ts';
import { inRange } from './options.ts';
import type { Grant } from './record.ts';

/** What can be called like the platform's `fetch`. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface LeasedFetchOptions {
  /** Where the token may be sent, such as `['https://api.example']`. A request to any other origin is refused. */
  readonly origins: readonly string[];
  /** Sends the requests. Default: the platform's `fetch`. */
  readonly fetch?: FetchLike | undefined;
  /** The header that carries the token; takes the place of one that the request has. Default: `authorization`. */
  readonly header?: string | undefined;
  /** Stands before the token, with a space between; empty: the token alone. Default: `Bearer`. */
  readonly scheme?: string | undefined;
  /** The statuses that say "this token is refused". Each 400 to 599, none: never; default `[401]`. */
  readonly retryOn?: readonly number[] | undefined;
  /** Rather wait for a new token than send one with less than this left, in ms. 0 to 86,400,000; default 0. */
  readonly minValidityMs?: number | undefined;
}

/** A token in the sense of RFC 9110 §5.6.2, or nothing. */
const SCHEME = /^[\w!#$%&'*+.^`|~-]*$/;

/**
 * A `fetch` that sends the lease's token along.
 *
 * When the token is refused, the lease is told so, and the request is sent once more with the next token; what that brings goes to the
 * caller, whatever it is. A body that is a stream can be sent only once: its caller gets the refusal. The body of a `Request` is
 * copied for the second try, and held until the first one is answered.
 *
 * No redirect is followed, since the token must not go where a server points: the caller gets the redirect as it came.
 *
 * The function rejects with what `fetch` throws, with what `lease.acquire()` throws when there is no token, and with a TypeError, before
 * anything is sent, when the origin is not listed.
 *
 * @throws TypeError if an origin, the header or the scheme is none
 * @throws RangeError if a number is out of range
 */
export function leasedFetch(lease: Pick<Lease, 'acquire' | 'reject'>, options: LeasedFetchOptions): FetchLike {
  const { header = 'authorization', scheme = 'Bearer', retryOn = [401] } = options;
  // Looked up at each call, so that one which is replaced later, by a test or a tracer, is used.
  const send: FetchLike = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const origins = options.origins.map(parseOrigin);
  const minValidityMs = inRange('minValidityMs', options.minValidityMs ?? 0, 0, 86_400_000);
  for (const status of retryOn) inRange('retryOn', status, 400, 599);
  if (!SCHEME.test(scheme)) throw new TypeError(`scheme is ${JSON.stringify(scheme)}; it must be one word, or empty.`);
  checkHeader(header);

  return async (input, init = {}) => {
    // Read at once, as fetch does: an object may be changed while a token is waited for.
    const target = isRequest(input) ? input : new Request(input).url;
    const request = typeof target === 'string' ? null : target;
    requireOrigin(typeof target === 'string' ? target : target.url, origins);
    const { body = null, signal = request?.signal, redirect = request?.redirect } = init;
    const fixed = { ...init, redirect: redirect === 'error' ? redirect : ('manual' as const) };
    const headers = new Headers(init.headers ?? request?.headers);
    // Made before the first try uses the body up.
    const copy = body === null ? (request?.clone() ?? null) : null;

    const attempt = async (to: string | Request): Promise<{ grant: Grant; response: Response }> => {
      const grant = await lease.acquire({ signal: signal ?? undefined, minValidityMs });
      return {
        grant,
        response: await send(to, { ...fixed, headers: withToken(headers, header, scheme, grant.token) }),
      };
    };
    try {
      const { grant, response } = await attempt(target);
      if (!retryOn.includes(response.status)) return response;
      lease.reject(grant);
      if (isStream(body)) return response;
      discardBody(response);
      return (await attempt(copy ?? target)).response;
    } finally {
      // A copy that was not needed would hold the whole body for as long as it lives.
      if (copy?.bodyUsed === false) copy.body?.cancel().catch(() => {});
    }
  };
}

/** Everything else that `fetch` takes for a body can be read any number of times. */
function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}

/** Not by `instanceof`: a `fetch` that is passed in may come with a `Request` of its own. */
function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'clone' in input;
}

function requireOrigin(url: string, origins: readonly string[]): void {
  const { origin } = new URL(url);
  if (origins.includes(origin)) return;
  throw new TypeError(
    `The token is not sent to ${origin}: it is not one of this fetch's origins (${origins.join(', ')}). Nothing was sent.`,
  );
}

function parseOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : null;
  if (origin !== null && new URL(text).href === `${origin}/`) return origin;
  throw new TypeError(
    `origins has ${JSON.stringify(text)}; each must be a scheme, a host and maybe a port, such as "https://api.example".`,
  );
}

function checkHeader(header: string): void {
  try {
    new Headers().set(header, '');
  } catch (cause) {
    throw new TypeError(`header is ${JSON.stringify(header)}; it must be the name of a header.`, { cause });
  }
}

function withToken(headers: Headers, header: string, scheme: string, token: string): Headers {
  const all = new Headers(headers);
  try {
    all.set(header, scheme === '' ? token : `${scheme} ${token}`);
  } catch {
    // Without the cause, whose message quotes the token.
    throw new TypeError('The token has characters that no header can hold. Nothing was sent.');
  }
  return all;
}

import { WireError } from './errors.ts';

/** Where a base without a path points (docs/protocol.md §1). */
export const DEFAULT_BASE_PATH = '/backend-api';
/** Longer ones do not get through many a proxy. */
const MAX_CHARS = 2_048;

/**
 * The one form of a relay's base URL: http or https, no trailing slash, no query, no credentials; a URL without a path gets
 * `/backend-api` (docs/protocol.md §1).
 *
 * @throws WireError `ERR_WIRE_URL` that says what is wrong with it.
 */
export function normalizeBase(input: string): string {
  const text = input.trim();
  if (text.length > MAX_CHARS) throw tooLong();
  const hasScheme = text.includes('://');
  const url = URL.parse(hasScheme ? text : `http://${text}`);
  // what stands before an @ may be a password, and what follows a ? a token: neither is repeated
  const shown = /[@?]/.test(text) ? 'that' : `"${text}"`;
  if (url === null) {
    throw new WireError('ERR_WIRE_URL', `${shown} is not a URL; a relay's looks like http://127.0.0.1:7420`);
  }
  if (!hasScheme) {
    const meant = shown === 'that' ? 'http:// or https:// before it' : `http://${text} or https://${text}`;
    throw new WireError('ERR_WIRE_URL', `${shown} has no scheme; did you mean ${meant}?`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new WireError('ERR_WIRE_URL', `a relay's URL starts with http:// or https://, not with ${url.protocol}//`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new WireError('ERR_WIRE_URL', "a relay's URL carries no user name or password; log in with `holdfast login`");
  }
  if (url.search !== '' || url.hash !== '') {
    const what = url.search === '' ? '#' : '?';
    throw new WireError(
      'ERR_WIRE_URL',
      `a relay's URL has no query and no fragment; leave out what follows the ${what}`,
    );
  }
  let end = url.pathname.length;
  while (url.pathname[end - 1] === '/') end -= 1;
  const path = url.pathname.slice(0, end);
  const base = `${url.origin}${path === '' ? DEFAULT_BASE_PATH : path}`;
  if (base.length > MAX_CHARS) throw tooLong(); // what is not ASCII gets longer
  return base;
}

const tooLong = () => new WireError('ERR_WIRE_URL', `a relay's URL has at most ${MAX_CHARS} characters`);

/** `path` under `base`, as HTTP. */
export function endpoint(base: string, path: string): string {
  return `${base}/${path}`;
}

/** `path` under `base`, as a websocket. */
export function socketEndpoint(base: string, path: string): string {
  return `${base.replace(/^http/, 'ws')}/${path}`;
}

/** Whether `base` is on this machine, where a stock host accepts any port (docs/protocol.md §1). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

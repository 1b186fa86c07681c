import { EgressError } from './errors.ts';

/** A proxy that speaks HTTP and opens ways by CONNECT. */
export interface ProxyServer {
  /** The variable that names it. */
  readonly variable: string;
  /** To show: scheme, name and port, without user and password. */
  readonly url: string;
  /** Whether it is spoken to over TLS. */
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`; null without a user. A secret. */
  readonly authorization: string | null;
}

/** Reads what a variable such as HTTPS_PROXY holds; without a scheme it is http. @throws EgressError that repeats no password */
export function parseProxy(text: string, variable: string): ProxyServer {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === '') {
    throw new EgressError(
      'ERR_EGRESS_PROXY_URL',
      `${variable} is not the URL of a proxy; one looks like http://proxy.example.org:3128 or http://USER:PASSWORD@proxy.example.org:3128.`,
    );
  }
  if (url.protocol.startsWith('socks')) {
    throw new EgressError(
      'ERR_EGRESS_PROXY_URL',
      `${variable} names a SOCKS proxy (${url.protocol}//${url.host}), which Holdfast does not speak. Name an HTTP proxy in HTTPS_PROXY or HTTP_PROXY, or put the relay's name into NO_PROXY to go there without one.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressError(
      'ERR_EGRESS_PROXY_URL',
      `${variable} names a proxy by ${url.protocol}//, which is none that Holdfast speaks; it is http:// or https://.`,
    );
  }
  const secure = url.protocol === 'https:';
  return {
    variable,
    url: url.origin,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authorization: authorizationOf(url, variable),
  };
}

function authorizationOf({ username, password }: URL, variable: string): string | null {
  if (username === '' && password === '') return null;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  } catch {
    throw new EgressError(
      'ERR_EGRESS_PROXY_URL',
      `The user or password in ${variable} has a % that begins no escape; write a % itself as %25.`,
    );
  }
}

import { type Destination, goesDirect } from './no-proxy.ts';
import { type ProxyServer, parseProxy } from './proxy-server.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Target extends Destination {
  /** https and wss. */
  readonly secure: boolean;
}

/** Where a URL (http, https, ws, wss) points. */
export function targetOf(url: URL): Target {
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { secure, host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/** The proxy on the way there, or null. @throws EgressError when the variable that says so holds no usable proxy */
export function proxyFor(target: Target, env: Environment): ProxyServer | null {
  if (goesDirect(target, setting('no_proxy', env)?.value ?? '')) return null;
  const named = setting(target.secure ? 'https_proxy' : 'http_proxy', env) ?? setting('all_proxy', env);
  return named === null ? null : parseProxy(named.value, named.variable);
}

/** Lower case comes first, as everywhere; what is empty is not set. */
function setting(name: string, env: Environment): { readonly variable: string; readonly value: string } | null {
  for (const variable of [name, name.toUpperCase()]) {
    const value = env[variable]?.trim();
    if (value !== undefined && value !== '') return { variable, value };
  }
  return null;
}

import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { EgressError, firstFailure } from './errors.ts';
import type { Destination } from './no-proxy.ts';
import type { ProxyServer } from './proxy-server.ts';
import { explainTlsFailure, isTlsFailure, serverNameOf } from './tls-failure.ts';

/** What follows the headers of an answer to CONNECT. */
type Opened = { readonly answer: IncomingMessage; readonly socket: Socket; readonly head: Buffer };

/** Has the proxy open a way to `to`, by CONNECT, whatever will be spoken on it. @throws EgressError; the signal's reason */
export async function openTunnel(
  proxy: ProxyServer,
  to: Destination,
  context: SecureContext | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const { answer, socket, head } = await connect(proxy, to, context, signal);
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 299) {
    socket.destroy();
    throw refusal(proxy, to, answer);
  }
  if (head.length === 0) return socket;
  // Whatever is spoken on a way begins on this side. A proxy that wants one to log in answers everything with a page, CONNECT too.
  socket.destroy();
  throw new EgressError(
    'ERR_EGRESS_PROXY_REFUSED',
    `The proxy ${proxy.url} (${proxy.variable}) answered CONNECT ${authorityOf(to)} with ${status}, and then with something of its own in place of a way; does it want you to log in?`,
    status,
  );
}

function connect(
  proxy: ProxyServer,
  to: Destination,
  context: SecureContext | undefined,
  signal: AbortSignal,
): Promise<Opened> {
  const authority = authorityOf(to);
  const request = (proxy.secure ? requestHttps : requestHttp)({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    agent: false,
    signal,
    headers: {
      host: authority,
      ...(proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization }),
    },
    ...(proxy.secure ? { servername: serverNameOf(proxy.host), secureContext: context } : {}),
  });
  return new Promise((resolve, reject) => {
    request.on('connect', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on('error', () => {}); // until somebody else listens, and it never ends the process
      resolve({ answer, socket, head });
    });
    request.on('error', (error) =>
      reject(signal.aborted ? signal.reason : unreachable(proxy, to, firstFailure(error))),
    );
    request.end();
  });
}

export function authorityOf({ host, port }: Destination): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function unreachable(proxy: ProxyServer, to: Destination, error: Error): EgressError {
  const why = isTlsFailure(error) ? explainTlsFailure(error, authorityOf(proxy)) : error.message;
  return new EgressError(
    'ERR_EGRESS_PROXY_UNREACHABLE',
    `The proxy ${proxy.url} (${proxy.variable}) on the way to ${authorityOf(to)} cannot be used: ${why}`,
  );
}

function refusal(proxy: ProxyServer, to: Destination, answer: IncomingMessage): EgressError {
  const status = answer.statusCode ?? 0;
  const phrase = (answer.statusMessage ?? '').replace(/[^\x20-\x7e]+/g, ' ').slice(0, 80);
  return new EgressError(
    'ERR_EGRESS_PROXY_REFUSED',
    `The proxy ${proxy.url} (${proxy.variable}) answered CONNECT ${authorityOf(to)} with ${`${status} ${phrase}`.trim()}: ${advice(proxy, status, answer)}`,
    status,
  );
}

function advice(proxy: ProxyServer, status: number, answer: IncomingMessage): string {
  if (status === 407) {
    const wanted = answer.headers['proxy-authenticate'] ?? 'Basic';
    if (!/\bbasic\b/i.test(wanted)) {
      const scheme = /^[a-z]{1,20}/i.exec(wanted)?.[0] ?? 'something else';
      return `it wants to be signed in to by ${scheme}, and Holdfast signs in by Basic alone; a small proxy on this machine that signs in for you, such as px or cntlm, can stand between.`;
    }
    return proxy.authorization === null
      ? `it wants a user and a password; write them into ${proxy.variable}, as in http://USER:PASSWORD@proxy.example.org:3128.`
      : `it does not accept the user and password in ${proxy.variable}.`;
  }
  if (status === 403 || status === 405) {
    return 'it does not let this through; ask whoever runs it to allow CONNECT there, or put the name into NO_PROXY to go without it.';
  }
  if (status === 502 || status === 503 || status === 504) return 'it cannot reach that, or does not know the name.';
  return 'it opened no way.';
}

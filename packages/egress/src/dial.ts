import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { EgressError, firstFailure } from './errors.ts';
import type { Destination } from './no-proxy.ts';
import type { Target } from './proxy-for.ts';
import type { ProxyServer } from './proxy-server.ts';
import { explainTlsFailure, isTlsFailure, serverNameOf } from './tls-failure.ts';
import { authorityOf, openTunnel } from './tunnel.ts';

/** How long TCP, the proxy and TLS may take together, in milliseconds; less than a request has, so that it is told which of them it was. */
export const DIAL_TIMEOUT_MS = 20_000;

export interface Way {
  readonly to: Target;
  readonly proxy: ProxyServer | null;
  /** Whom to trust; undefined: Node's own authorities. */
  readonly context: SecureContext | undefined;
}

/** An open connection, with TLS where the target wants it. @throws EgressError, an error of the system, or the signal's reason */
export async function dial(way: Way, signal: AbortSignal): Promise<Socket> {
  const socket = await openSocket(way, signal);
  return way.to.secure ? await secured(socket, way, signal) : socket;
}

/** The bytes' way there, before TLS. */
export async function openSocket({ to, proxy, context }: Way, signal: AbortSignal): Promise<Socket> {
  if (proxy !== null) return openTunnel(proxy, to, context, signal);
  signal.throwIfAborted();
  const socket = connect({ host: to.host, port: to.port });
  return settled(socket, 'connect', signal);
}

async function secured(socket: Socket, { to, context }: Way, signal: AbortSignal): Promise<Socket> {
  return shakenHands(tlsOver(socket, to, context), to, signal);
}

/** Over a socket that is open; who follows has to wait for `shakenHands`. */
export function tlsOver(
  socket: Socket,
  { host }: Destination,
  context: SecureContext | undefined,
  more: ConnectionOptions = {},
): TLSSocket {
  const options = { socket, host, servername: serverNameOf(host), ALPNProtocols: ['http/1.1'], ...more };
  return connectTls(context === undefined ? options : { ...options, secureContext: context });
}

/** @throws EgressError that says what is wrong with the other side's TLS; the signal's reason */
export async function shakenHands(socket: TLSSocket, to: Destination, signal: AbortSignal): Promise<TLSSocket> {
  try {
    return await settled(socket, 'secureConnect', signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof Error)) throw error;
    const whose = authorityOf(to);
    const why = isTlsFailure(error)
      ? explainTlsFailure(error, whose)
      : `the connection to ${whose} broke off during the TLS handshake: ${error.message}`;
    throw new EgressError('ERR_EGRESS_TLS', why.charAt(0).toUpperCase() + why.slice(1));
  }
}

async function settled<T extends Socket>(socket: T, event: string, signal: AbortSignal): Promise<T> {
  socket.on('error', () => {}); // until somebody else listens, and it never ends the process
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : firstFailure(error);
  }
}

import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

const BODY = JSON.stringify({
  detail:
    'This port speaks https, and was asked in plain http. Use the same address with https:// (a websocket: wss://).',
  code: 'https_expected',
});
const ANSWER = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(BODY)}\r\nconnection: close\r\n\r\n${BODY}`;
const GRACE_MS = 2_000;

/**
 * Who speaks plain HTTP to a port for TLS is told so in plain HTTP, rather than left with a broken handshake. The socket below the
 * failed handshake is what it can still read.
 */
export function answerPlainHttp(https: Server): void {
  const below = new Map<string, Socket>();
  https.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    below.set(name, socket);
    socket.once('close', () => below.delete(name));
  });
  https.on('secureConnection', (socket) => below.delete(nameOf(socket)));
  https.on('tlsClientError', (error: NodeJS.ErrnoException, failed: TLSSocket) => {
    const socket = below.get(nameOf(failed));
    if (error.code !== 'ERR_SSL_HTTP_REQUEST' || socket === undefined) return;
    socket.on('error', () => {}); // `close` follows
    socket.setTimeout(GRACE_MS, () => socket.destroy());
    socket.end(ANSWER, () => socket.destroy());
  });
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

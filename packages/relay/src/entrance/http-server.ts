import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Bounds } from '../bounds.ts';
import { answerOf, Failure } from '../http/failure.ts';
import { mintId, type RandomBytes } from '../secrets.ts';
import type { Guard } from './guard.ts';

export interface HttpServerOptions {
  readonly guard: Guard;
  readonly bounds: Bounds;
  readonly random: RandomBytes;
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A socket on which nothing moves for this long is closed; those of links have their own heartbeat. */
const IDLE_MS = 60_000;

/** The one port: bounded in how many may come, how slowly, and by which name. */
export function createHttpServer({ guard, bounds, random, serve }: HttpServerOptions): Server {
  const { headersMs, requestMs } = bounds;
  const http = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: Math.max(headersMs, requestMs),
      connectionsCheckingInterval: Math.min(headersMs, 5_000),
    },
    (request, response) => {
      try {
        guard.check(request, 'request');
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const { status, headers, body } = answerOf(error, mintId('req_', random));
        response.writeHead(status, { ...headers, connection: 'close' }).end(body);
        return;
      }
      serve(request, response);
    },
  );
  http.timeout = IDLE_MS;
  http.maxConnections = bounds.connections;
  if (guard.knowsAddressesBySocket) {
    http.on('connection', (socket: Socket) => {
      const release = guard.connect({ socket, headers: {} });
      if (release === null) socket.destroy();
      else socket.once('close', release);
    });
  }
  return http;
}

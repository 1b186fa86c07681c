import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Bounds } from '../bounds.ts';
import type { Clock } from '../clock.ts';
import type { Draining } from '../draining.ts';
import type { DrillGate } from '../drills/gate.ts';
import { answerOf, Failure } from '../http/failure.ts';
import type { AccessLog } from '../metrics/access-log.ts';
import type { RequestIds } from '../request-ids.ts';
import type { RenewingCertificate } from '../tls/renewing.ts';
import { UNLIMITED } from './address-limits.ts';
import type { Guard } from './guard.ts';
import { answerPlainHttp } from './plain-http.ts';

export interface HttpServerOptions {
  readonly guard: Guard;
  readonly draining: Draining;
  readonly drillGate: DrillGate;
  readonly bounds: Bounds;
  readonly requestIds: RequestIds;
  readonly clock: Clock;
  readonly accessLog: AccessLog;
  readonly logger: Logger;
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
  /** With one it speaks TLS, and nothing else. */
  readonly certificate: RenewingCertificate | null;
}

/** A request during which nothing moves for this long is ended with its socket. Links have their own heartbeat. */
const IDLE_MS = 60_000;
/** What a monitor asks for is answered to the end. */
const MONITORED = new Set(['/healthz', '/readyz', '/metrics']);
const INTERNAL = new Failure(500, 'internal', 'The relay failed to answer; its log says why, under this request_id.');
/** What is older has been broken. */
const TLS = { minVersion: 'TLSv1.2' } as const;

/** One port: bounded in how many may come, how slowly, and by which name. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { guard, draining, drillGate, bounds, requestIds, clock, accessLog, logger, serve, certificate } = options;
  const { headersMs, requestMs } = bounds;
  const limits = {
    headersTimeout: headersMs,
    requestTimeout: Math.max(headersMs, requestMs),
    connectionsCheckingInterval: Math.min(headersMs, 5_000),
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const beganAt = clock.monotonic();
    request.socket.setTimeout(IDLE_MS);
    try {
      guard.check(request, 'request');
      if (!MONITORED.has(request.url ?? '')) draining.check();
      if (drillGate.takes(request, response)) return;
    } catch (error) {
      const requestId = requestIds.next();
      const failure = error instanceof Failure ? error : INTERNAL; // whatever it is, one request must not end the process
      if (failure === INTERNAL) logger.error({ err: error, requestId }, 'a request could not be let in');
      const { status, headers, body } = answerOf(failure, requestId);
      accessLog.record({
        kind: 'request',
        method: request.method,
        route: null,
        status,
        ms: clock.monotonic() - beganAt,
        address: guard.peerOf(request).address,
        requestId,
        code: failure.code,
      });
      response.writeHead(status, { ...headers, connection: 'close' }).end(body);
      return;
    }
    serve(request, response);
  };
  const http = certificate === null ? createServer(limits, onRequest) : overTls(certificate, limits, onRequest);
  // before and between requests other bounds hold, and a link, of which there may be ten thousand, would hold a timer that never fires
  http.timeout = 0;
  http.maxConnections = bounds.connections;
  if (guard.knowsAddressesBySocket) {
    http.on('connection', (socket: Socket) => {
      const release = guard.connect({ socket, headers: {} });
      if (release === null) socket.destroy();
      else if (release !== UNLIMITED) socket.on('close', release);
    });
  }
  return http;
}

/** Each new connection gets the certificate of that moment; those that are open keep theirs. */
function overTls(
  certificate: RenewingCertificate,
  limits: { headersTimeout: number },
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const { cert, key } = certificate.pair;
  const https = createTlsServer({ ...limits, ...TLS, cert, key, handshakeTimeout: limits.headersTimeout }, onRequest);
  certificate.onRenewed((pair) => https.setSecureContext({ ...TLS, cert: pair.cert, key: pair.key }));
  answerPlainHttp(https);
  return https;
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { DEFAULT_BASE_PATH, paths, TICKET_SUBPROTOCOL } from '@holdfast/wire';
import { type Server, WebSocketServer } from 'ws';
import type { DrillGate } from '../drills/gate.ts';
import type { Peer } from '../entrance/peer.ts';
import type { HeaderOf } from '../http/credentials.ts';
import { answerOf, Failure } from '../http/failure.ts';
import type { Access } from '../metrics/access-log.ts';
import { admit } from '../pressure/when-admitted.ts';
import type { Services } from '../services.ts';
import { readTogether } from '../stores/transaction.ts';
import { closeCodes } from './close-codes.ts';
import { recogniseController } from './controller-newcomer.ts';
import { Gathering } from './gathering.ts';
import { recogniseHost } from './host-newcomer.ts';
import { MAX_FRAME_BYTES } from './incoming.ts';
import { LinkSocket } from './link-socket.ts';
import type { Newcomer } from './newcomer.ts';
import { OpenSockets } from './open-sockets.ts';
import { refuseHandshake } from './refusal.ts';

/** When an address that has all its links may try for one more. */
const FULL_RETRY_MS = 30_000;

/** A request for a websocket, and what is known of it before anything is decided. */
interface Asked {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly peer: Peer;
  /** The socket that is asked for; null where there is none. */
  readonly route: string | null;
  readonly beganAt: number;
}

const HOST_ROUTE = `${DEFAULT_BASE_PATH}/${paths.serverSocket}`;
const CONTROLLER_ROUTE = `${DEFAULT_BASE_PATH}/${paths.clientSocket}`;

/** Decides who may open a websocket, and hands it to its link. */
export class Handshakes {
  readonly #services: Services;
  readonly #drillGate: DrillGate;
  readonly #ws: Server<typeof LinkSocket>;
  readonly #open = new OpenSockets();
  readonly #arrivals: Gathering<Asked>;
  /** Why what was just asked for is no handshake (RFC 6455 §4.2.1). */
  #unfit: Failure | null = null;
  #closed = false;

  constructor(services: Services, drillGate: DrillGate) {
    this.#services = services;
    this.#drillGate = drillGate;
    this.#ws = new WebSocketServer({
      WebSocket: LinkSocket,
      noServer: true,
      clientTracking: false, // by a listener for each of them
      maxPayload: MAX_FRAME_BYTES,
      handleProtocols: (offered) => (offered.has(TICKET_SUBPROTOCOL) ? TICKET_SUBPROTOCOL : false),
    });
    this.#ws.on('wsClientError', ({ message }) => {
      this.#unfit = new Failure(400, 'bad_handshake', `This is no handshake of a websocket: ${message}.`);
    });
    this.#arrivals = new Gathering({ clock: services.clock, serve: (some) => this.#serve(some) });
  }

  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { clock, guard } = this.#services;
    const beganAt = clock.monotonic();
    socket.on('error', destroy);
    this.#arrivals.add({ request, socket, head, peer: guard.peerOf(request), route: routeOf(request), beganAt });
  };

  /** Looks up all of them first: the database is locked once for that. */
  #serve(some: readonly Asked[]): void {
    const recognised: [Asked, Newcomer][] = [];
    let begun = 0;
    try {
      readTogether(this.#services.db, () => {
        for (const asked of some) {
          begun += 1;
          try {
            const newcomer = this.#recognise(asked);
            if (newcomer !== null) recognised.push([asked, newcomer]);
          } catch (error) {
            this.#refuse(asked, error);
          }
        }
      });
    } catch (error) {
      for (const asked of some.slice(begun)) this.#refuse(asked, error);
    }
    for (const [asked, newcomer] of recognised) this.#letIn(asked, newcomer);
  }

  #letIn(asked: Asked, newcomer: Newcomer): void {
    const work = (atOnce: boolean) => this.#upgrade(asked, newcomer, atOnce);
    admit(this.#services, ['handshake', newcomer.key], work, {
      done: (isLinked) => {
        if (isLinked) this.#record(asked, { status: 101, code: null, requestId: this.#services.requestIds.next() });
      },
      failed: (error) => this.#refuse(asked, error),
    });
  }

  /** False when its peer has gone meanwhile. @throws Failure */
  #upgrade({ request, socket, head }: Asked, { listensAtOnce, welcome }: Newcomer, atOnce: boolean): boolean {
    this.#services.draining.check();
    this.#takePlace(request, socket);
    if (listensAtOnce) socket.cork(); // the answer goes out with what the link has to say first
    let isLinked = false;
    this.#unfit = null;
    this.#ws.handleUpgrade(request, socket, head, (link) => {
      isLinked = true;
      socket.off('error', destroy); // the websocket has its own from here on
      link.belongTo(this.#open);
      welcome(link, socket, atOnce);
    });
    if (listensAtOnce) socket.uncork();
    if (this.#unfit !== null) throw this.#unfit;
    return isLinked;
  }

  #record({ request, peer, route, beganAt }: Asked, outcome: Pick<Access, 'status' | 'code' | 'requestId'>): void {
    const { accessLog, clock } = this.#services;
    const ms = clock.monotonic() - beganAt;
    accessLog.record({ kind: 'handshake', method: request.method, route, ms, address: peer.address, ...outcome });
  }

  /** Ends what is still proving its device; links are the switchboard's. Fulfilled when all of them have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    const { draining } = this.#services;
    for (const socket of this.#open) socket.close(closeCodes.goingAway, draining.closeReason());
    await this.#open.ended();
  }

  /** Those that did not answer the close. */
  terminate(): void {
    for (const socket of this.#open) socket.terminate();
  }

  /** Null where a drill leaves it hanging, or its peer has gone. @throws Failure when it may not come in */
  #recognise({ request, socket, peer, route }: Asked): Newcomer | null {
    if (socket.destroyed) return null;
    this.#services.guard.check(request, 'handshake', peer);
    if (this.#drillGate.takesHandshake(request, socket)) return null;
    this.#services.draining.check();
    const header: HeaderOf = (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    if (route === HOST_ROUTE) return recogniseHost(this.#services, header, peer);
    if (route === CONTROLLER_ROUTE) {
      const isClosed = () => this.#closed;
      return recogniseController(this.#services, { header, peer, path: route, isClosed });
    }
    throw new Failure(404, 'not_found', 'No websocket is served at this path.');
  }

  /** @throws Failure 429 when its address has too many links */
  #takePlace(request: IncomingMessage, socket: Duplex): void {
    const { guard } = this.#services;
    if (guard.knowsAddressesBySocket) return; // its socket has taken one
    const release = guard.connect(request);
    if (release !== null) socket.once('close', release);
    else
      throw new Failure(
        429,
        'too_many_connections',
        'Your address has as many links open as it may; close one first.',
        {
          retryAfterMs: FULL_RETRY_MS,
        },
      );
  }

  #refuse(asked: Asked, error: unknown): void {
    const { logger, requestIds } = this.#services;
    const requestId = requestIds.next();
    if (!(error instanceof Failure)) logger.error({ err: error, requestId }, 'a handshake failed');
    const failure =
      error instanceof Failure ? error : new Failure(500, 'internal', 'The relay failed to answer; its log says why.');
    refuseHandshake(asked.socket, answerOf(failure, requestId));
    this.#record(asked, { status: failure.status, code: failure.code, requestId });
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}

function routeOf({ url }: IncomingMessage): string | null {
  const path = url?.split('?', 1)[0];
  return path === HOST_ROUTE || path === CONTROLLER_ROUTE ? path : null;
}

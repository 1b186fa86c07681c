import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  DEFAULT_BASE_PATH,
  headers,
  PROTOCOL_VERSION,
  paths,
  TICKET_SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
} from '@holdfast/wire';
import { type Server, type WebSocket, WebSocketServer } from 'ws';
import { controllerDest } from '../destination.ts';
import type { Device } from '../devices.ts';
import type { DrillGate } from '../drills/gate.ts';
import type { Peer } from '../entrance/peer.ts';
import { bearerOf, type HeaderOf, requireController, requireServer } from '../http/credentials.ts';
import { answerOf, Failure } from '../http/failure.ts';
import type { Access } from '../metrics/access-log.ts';
import { whenAdmitted } from '../pressure/when-admitted.ts';
import { mintId } from '../secrets.ts';
import type { Services } from '../services.ts';
import type { Ticket } from '../tickets.ts';
import { closeCodes } from './close-codes.ts';
import { ControllerLink } from './controller-link.ts';
import { proveDevice } from './device-proof.ts';
import { HostLink } from './host-link.ts';
import { MAX_FRAME_BYTES } from './incoming.ts';
import { LinkSocket } from './link-socket.ts';
import { refuseHandshake } from './refusal.ts';

/** When an address that has all its links may try for one more. */
const FULL_RETRY_MS = 30_000;

/** A controller that may come in, once it has proven its device. */
interface Arrival extends Ticket {
  readonly address: string;
  readonly device: Device;
  readonly origin: string;
  readonly path: string;
  readonly subscribeCursor: string | undefined;
  readonly acksEndToEnd: boolean;
}

/** A request for a websocket, and what is known of it before anything is decided. */
interface Asked {
  readonly request: IncomingMessage;
  readonly peer: Peer;
  /** The socket that is asked for; null where there is none. */
  readonly route: string | null;
  readonly beganAt: number;
}

/** Whoever may open a websocket, by the name under which its mail goes, and what is done with it once it is open. */
interface Newcomer {
  readonly key: string;
  readonly welcome: (socket: LinkSocket, transport: Duplex) => void;
  /** Hosts listen from the first byte on. A controller of others may begin when its socket is open, and miss what came before. */
  readonly listensAtOnce: boolean;
}

const HOST_ROUTE = `${DEFAULT_BASE_PATH}/${paths.serverSocket}`;
const CONTROLLER_ROUTE = `${DEFAULT_BASE_PATH}/${paths.clientSocket}`;

/** Decides who may open a websocket, and hands it to its link. */
export class Handshakes {
  readonly #services: Services;
  readonly #drillGate: DrillGate;
  readonly #ws: Server<typeof LinkSocket>;
  #closed = false;

  constructor(services: Services, drillGate: DrillGate) {
    this.#services = services;
    this.#drillGate = drillGate;
    this.#ws = new WebSocketServer({
      WebSocket: LinkSocket,
      noServer: true,
      maxPayload: MAX_FRAME_BYTES,
      handleProtocols: (offered) => (offered.has(TICKET_SUBPROTOCOL) ? TICKET_SUBPROTOCOL : false),
    });
  }

  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { clock, guard, random } = this.#services;
    const beganAt = clock.monotonic();
    const asked = { request, peer: guard.peerOf(request), route: routeOf(request), beganAt };
    socket.on('error', destroy);
    this.#shakeHands(asked, socket, head).then(
      (isLinked) => {
        if (isLinked) this.#record(asked, { status: 101, code: null, requestId: mintId('req_', random) });
      },
      (error: unknown) => this.#record(asked, this.#refuse(socket, error)),
    );
  };

  #record({ request, peer, route, beganAt }: Asked, outcome: Pick<Access, 'status' | 'code' | 'requestId'>): void {
    const { accessLog, clock } = this.#services;
    const ms = clock.monotonic() - beganAt;
    accessLog.record({ kind: 'handshake', method: request.method, route, ms, address: peer.address, ...outcome });
  }

  /** Whether it came to a link, and not to a drill that leaves it hanging. */
  async #shakeHands(asked: Asked, socket: Duplex, head: Buffer): Promise<boolean> {
    const { request, peer } = asked;
    this.#services.guard.check(request, 'handshake', peer);
    if (this.#drillGate.takesHandshake(request, socket)) return false;
    const { key, welcome, listensAtOnce } = this.#recognise(asked);
    await whenAdmitted(this.#services, 'handshake', key, () => {
      this.#services.draining.check();
      this.#takePlace(request, socket);
      if (listensAtOnce) {
        socket.cork(); // the answer goes out with what the link has to say first
        process.nextTick(uncork, socket);
      }
      this.#ws.handleUpgrade(request, socket, head, (link) => {
        socket.off('error', destroy); // the websocket has its own from here on
        welcome(link, socket);
      });
    });
    return true;
  }

  /** Ends what is still proving its device; links are the switchboard's. Fulfilled when all of them have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    const { draining } = this.#services;
    for (const socket of this.#ws.clients) socket.close(closeCodes.goingAway, draining.closeReason());
    await new Promise<void>((resolve) => this.#ws.close(() => resolve()));
  }

  /** Those that did not answer the close. */
  terminate(): void {
    for (const socket of this.#ws.clients) socket.terminate();
  }

  get open(): number {
    return this.#ws.clients.size;
  }

  /** @throws Failure when it may not come in */
  #recognise({ request, peer, route }: Asked): Newcomer {
    this.#services.draining.check();
    const header: HeaderOf = (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    if (route === HOST_ROUTE) return this.#recogniseHost(header, peer);
    if (route === CONTROLLER_ROUTE) return this.#recogniseController(header, route, peer);
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

  #recogniseHost(header: HeaderOf, { address }: Peer): Newcomer {
    requireVersion(header(headers.protocolVersion));
    const server = requireServer(this.#services, header);
    const welcome = (socket: LinkSocket, transport: Duplex) => {
      const { servers, switchboard, audit } = this.#services;
      const { serverId, name: detail } = server;
      if (!servers.has(serverId)) return socket.close(closeCodes.removed, 'this host was removed from the relay');
      switchboard.note(() => {
        servers.seen(serverId);
        audit.record({ event: 'host_connected', address, serverId, detail });
      });
      const subscribeCursor = header(headers.subscribeCursor);
      new HostLink({ socket, transport, serverId, subscribeCursor }, this.#services);
    };
    return { key: server.serverId, welcome, listensAtOnce: true };
  }

  #recogniseController(header: HeaderOf, path: string, { address, scheme }: Peer): Newcomer {
    const offered = (header('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
    const ticket = offered.find((name) => name.startsWith(TICKET_SUBPROTOCOL_PREFIX));
    const { token, session } = ticket === undefined ? this.#byHeaders(header) : this.#byTicket(ticket);
    const device = this.#services.devices.get(token.holderId);
    if (device === null)
      throw new Failure(403, 'client_revoked', 'This device is no longer a controller here. Pair it again.');
    const arrival = {
      token,
      session,
      address,
      device,
      origin: this.#services.names.originFor(header('host'), scheme),
      path,
      subscribeCursor: header(headers.subscribeCursor),
      acksEndToEnd: offered.includes(TICKET_SUBPROTOCOL),
    };
    const welcome = (socket: WebSocket, transport: Duplex) => {
      this.#welcome(socket, transport, arrival).catch((error) => {
        this.#services.logger.error({ err: error, clientId: token.holderId }, 'a controller could not be linked');
        socket.terminate();
      });
    };
    return { key: controllerDest(device.clientId, session), welcome, listensAtOnce: false };
  }

  async #welcome(socket: WebSocket, transport: Duplex, arrival: Arrival): Promise<void> {
    const { accounts, clock, random, devices, clientTokens, switchboard, audit } = this.#services;
    const { address, device } = arrival;
    const { clientId } = device;
    socket.on('error', () => {}); // its close follows and says it
    const proven = await proveDevice({
      socket,
      ...arrival,
      accountUserId: accounts.userOf(device.accountId),
      clock,
      random,
      onRefused: (detail) => {
        if (!this.#closed) switchboard.note(() => audit.record({ event: 'client_refused', address, clientId, detail }));
      },
    });
    if (proven === null) return;
    if (this.#closed || socket.readyState !== socket.OPEN) {
      socket.terminate();
      return;
    }
    const early = proven.release();
    if (devices.get(clientId) === null || !clientTokens.isValid(arrival.token)) {
      socket.close(closeCodes.revoked, 'this device was removed from a host');
      return;
    }
    switchboard.note(() => {
      devices.seen(clientId);
      audit.record({ event: 'client_connected', address, clientId, detail: device.description.display_name });
    });
    new ControllerLink({ socket, transport, clientId, ...arrival, early }, this.#services);
  }

  #byTicket(protocol: string): Ticket {
    const known = this.#services.tickets.take(protocol.slice(TICKET_SUBPROTOCOL_PREFIX.length));
    if (known === null || !this.#services.clientTokens.isValid(known.token))
      throw new Failure(
        401,
        'ticket_refused',
        'The ticket is unknown, was used already, is older than 30 s, or its token was revoked; ask for a new one.',
      );
    return known;
  }

  #byHeaders(header: HeaderOf): Ticket {
    requireVersion(header(headers.protocolVersion));
    const token = requireController(this.#services, bearerOf(header(headers.clientSessionToken)));
    const claimed = header(headers.clientId);
    if (claimed !== undefined && claimed !== token.holderId) {
      throw new Failure(403, 'client_mismatch', 'The token belongs to another client.');
    }
    return { token, session: null };
  }

  #refuse(socket: Duplex, error: unknown): Pick<Access, 'status' | 'code' | 'requestId'> {
    const { logger, random } = this.#services;
    const requestId = mintId('req_', random);
    if (!(error instanceof Failure)) logger.error({ err: error, requestId }, 'a handshake failed');
    const failure =
      error instanceof Failure ? error : new Failure(500, 'internal', 'The relay failed to answer; its log says why.');
    refuseHandshake(socket, answerOf(failure, requestId));
    return { status: failure.status, code: failure.code, requestId };
  }
}

// These hold nothing but their socket, for as long as it lasts.
function destroy(this: Duplex): void {
  this.destroy();
}

function uncork(socket: Duplex): void {
  socket.uncork();
}

function routeOf({ url }: IncomingMessage): string | null {
  const path = url?.split('?', 1)[0];
  return path === HOST_ROUTE || path === CONTROLLER_ROUTE ? path : null;
}

function requireVersion(version: string | undefined): void {
  if (version !== PROTOCOL_VERSION) {
    throw new Failure(
      426,
      'protocol_version',
      `This relay speaks remote control version ${PROTOCOL_VERSION}, and no other.`,
    );
  }
}

import type { Duplex } from 'node:stream';
import { headers, TICKET_SUBPROTOCOL, TICKET_SUBPROTOCOL_PREFIX } from '@holdfast/wire';
import { controllerDest } from '../destination.ts';
import type { Device } from '../devices.ts';
import type { Peer } from '../entrance/peer.ts';
import { bearerOf, type HeaderOf, requireController } from '../http/credentials.ts';
import { Failure } from '../http/failure.ts';
import type { Services } from '../services.ts';
import type { Ticket } from '../tickets.ts';
import { closeCodes } from './close-codes.ts';
import { ControllerLink } from './controller-link.ts';
import { proveDevice } from './device-proof.ts';
import type { LinkSocket } from './link-socket.ts';
import { type Newcomer, requireVersion } from './newcomer.ts';

/** A controller that may come in, once it has proven its device. */
interface Arrival extends Ticket {
  readonly address: string;
  readonly device: Device;
  readonly origin: string;
  readonly path: string;
  readonly subscribeCursor: string | undefined;
  readonly acksEndToEnd: boolean;
}

export interface ControllerContext {
  readonly header: HeaderOf;
  readonly peer: Peer;
  /** Which it asks for. */
  readonly path: string;
  /** Whether the relay lets nobody in any more. */
  readonly isClosed: () => boolean;
}

/** @throws Failure when it may not come in */
export function recogniseController(services: Services, context: ControllerContext): Newcomer {
  const { header, path, peer } = context;
  const offered = (header('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  const ticket = offered.find((name) => name.startsWith(TICKET_SUBPROTOCOL_PREFIX));
  const { token, session } = ticket === undefined ? byHeaders(services, header) : byTicket(services, ticket);
  const device = services.devices.get(token.holderId);
  if (device === null)
    throw new Failure(403, 'client_revoked', 'This device is no longer a controller here. Pair it again.');
  const arrival = {
    token,
    session,
    address: peer.address,
    device,
    origin: services.names.originFor(header('host'), peer.scheme),
    path,
    subscribeCursor: header(headers.subscribeCursor),
    acksEndToEnd: offered.includes(TICKET_SUBPROTOCOL),
  };
  return {
    key: controllerDest(device.clientId, session),
    listensAtOnce: false,
    welcome: (socket, transport) => {
      welcome(services, context, { socket, transport, arrival }).catch((error) => {
        services.logger.error({ err: error, clientId: token.holderId }, 'a controller could not be linked');
        socket.terminate();
      });
    },
  };
}

async function welcome(
  services: Services,
  { isClosed }: ControllerContext,
  { socket, transport, arrival }: { socket: LinkSocket; transport: Duplex; arrival: Arrival },
): Promise<void> {
  const { accounts, clock, random, devices, clientTokens, switchboard, audit } = services;
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
      if (!isClosed()) switchboard.note(() => audit.record({ event: 'client_refused', address, clientId, detail }));
    },
  });
  if (proven === null) return;
  if (isClosed() || socket.readyState !== socket.OPEN) {
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
  new ControllerLink({ socket, transport, clientId, ...arrival, early }, services);
}

function byTicket({ tickets, clientTokens }: Services, protocol: string): Ticket {
  const known = tickets.take(protocol.slice(TICKET_SUBPROTOCOL_PREFIX.length));
  if (known === null || !clientTokens.isValid(known.token))
    throw new Failure(
      401,
      'ticket_refused',
      'The ticket is unknown, was used already, is older than 30 s, or its token was revoked; ask for a new one.',
    );
  return known;
}

function byHeaders(services: Services, header: HeaderOf): Ticket {
  requireVersion(header(headers.protocolVersion));
  const token = requireController(services, bearerOf(header(headers.clientSessionToken)));
  const claimed = header(headers.clientId);
  if (claimed !== undefined && claimed !== token.holderId) {
    throw new Failure(403, 'client_mismatch', 'The token belongs to another client.');
  }
  return { token, session: null };
}

import type { Duplex } from 'node:stream';
import { parseFromController } from '@holdfast/wire';
import type { RawData, WebSocket } from 'ws';
import { controllerDest } from '../destination.ts';
import { closeCodes } from './close-codes.ts';
import type { EarlyFrame } from './device-proof.ts';
import type { LinkDeps } from './host-link.ts';
import { bytesOf, readFrame } from './incoming.ts';
import { Outlet } from './outlet.ts';

export interface ControllerArrival {
  readonly socket: WebSocket;
  /** What the websocket speaks on. */
  readonly transport: Duplex;
  readonly clientId: string;
  /** Tells several links of one client apart; null for one that named none. */
  readonly session: string | null;
  readonly subscribeCursor: string | undefined;
  /** It said so in its handshake (docs/protocol.md §8): its socket having a frame does not mean that it has taken it. */
  readonly acksEndToEnd: boolean;
  /** What came right behind its proof. */
  readonly early: readonly EarlyFrame[];
}

/** A controller's websocket (docs/protocol.md §6), from its device's proof on. */
export function linkController(arrival: ControllerArrival, deps: LinkDeps): void {
  const { switchboard, mailbox, cursors, logger } = deps;
  const { socket, transport, clientId } = arrival;
  const dest = controllerDest(clientId, arrival.session);
  const cursor = cursors.parse(arrival.subscribeCursor, mailbox.last());
  const outlet = new Outlet(
    {
      socket,
      transport,
      dest,
      from: cursor ?? 0,
      onConfirmed: (confirmed) => switchboard.controllerConfirmed(dest, confirmed, outlet),
    },
    deps,
  );
  outlet.acksEndToEnd = arrival.acksEndToEnd;
  const onMessage = (data: RawData, isBinary: boolean): void => {
    if (outlet.closed) return;
    outlet.heard();
    const incoming = readFrame(data, isBinary, (bytes) => parseFromController(bytes.toString()));
    if ('refusal' in incoming) {
      logger.warn({ clientId, ...incoming.refusal }, 'a controller broke a rule of the wire; its link is closed');
      outlet.close(incoming.refusal.code, incoming.refusal.reason);
      return;
    }
    if (incoming.frame.client_id !== clientId) {
      outlet.close(closeCodes.policy, 'an envelope bears the client_id of another client');
      return;
    }
    if (incoming.frame.type === 'ack') outlet.acksEndToEnd = true;
    switchboard.fromController(dest, incoming.frame, bytesOf(data).length);
  };
  socket.on('message', onMessage);
  socket.once('close', (code) => {
    switchboard.detach(dest, outlet);
    logger.info({ clientId, code }, 'controller link down');
  });
  logger.info({ clientId, resumed: cursor !== null }, 'controller link up');
  switchboard.attachController(dest, outlet, cursor);
  for (const { data, isBinary } of arrival.early) onMessage(data, isBinary);
}

import { parseFromHost } from '@holdfast/wire';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Bounds } from '../bounds.ts';
import type { Clock } from '../clock.ts';
import type { Cursors } from '../cursors.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Presence } from '../presence/presence.ts';
import { PROBE_FRAME, type Probe, probeAck } from '../presence/probe.ts';
import type { Server } from '../servers.ts';
import type { Switchboard } from '../switchboard.ts';
import { readFrame } from './incoming.ts';
import { Outlet } from './outlet.ts';

export interface LinkDeps {
  readonly switchboard: Switchboard;
  readonly presence: Presence;
  readonly mailbox: Mailbox;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly bounds: Bounds;
  readonly logger: Logger;
}

/** A host's websocket (docs/protocol.md §3), from its handshake on. */
export function linkHost(socket: WebSocket, server: Server, subscribeCursor: string | undefined, deps: LinkDeps): void {
  const { switchboard, presence, mailbox, cursors, clock, bounds, logger } = deps;
  const { serverId } = server;
  const cursor = cursors.parse(subscribeCursor, mailbox.last());
  const outlet = new Outlet({
    socket,
    dest: serverId,
    mailbox,
    cursors,
    clock,
    socketBytes: bounds.socketBytes,
    from: cursor ?? 0,
    onConfirmed: (confirmed) => switchboard.hostConfirmed(serverId, confirmed),
  });
  let probe: Probe | undefined;
  socket.on('message', (data, isBinary) => {
    if (outlet.closed) return;
    const incoming = readFrame(data, isBinary, parseFromHost);
    if ('refusal' in incoming) {
      logger.warn({ serverId, ...incoming.refusal }, 'a host broke a rule of the wire; its link is closed');
      return outlet.close(incoming.refusal.code, incoming.refusal.reason);
    }
    const ack = probeAck(incoming.envelope);
    if (ack === null) {
      probe?.heard();
      switchboard.fromHost(server, incoming.envelope, incoming.bytes);
      return;
    }
    outlet.send(ack);
    if (probe?.answered()) switchboard.note(() => presence.cameOnline(serverId));
  });
  socket.on('error', (error) => logger.debug({ serverId, err: error }, 'host link failed'));
  socket.once('close', (code, reason) => {
    switchboard.detach(serverId, outlet);
    const end = { by: 'host', code, reason: reason.toString() } as const;
    const gone =
      probe && presence.unlinked(serverId, probe, outlet.closedWith ? { by: 'relay', ...outlet.closedWith } : end);
    if (gone) switchboard.note(gone);
    logger.info({ serverId, code }, 'host link down');
  });
  logger.info({ serverId, resumed: cursor !== null }, 'host link up');
  switchboard.attachHost(serverId, outlet, cursor);
  probe = presence.linked(serverId, () => outlet.send(PROBE_FRAME));
}

import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { HostFrames } from '../passing/host-frame.ts';
import type { Presence } from '../presence/presence.ts';
import { PROBE_FRAME, type Probe, probeAck } from '../presence/probe.ts';
import type { Server } from '../servers.ts';
import type { Switchboard } from '../switchboard.ts';
import { readFrame } from './incoming.ts';
import { Outlet, type OutletDeps } from './outlet.ts';

export interface LinkDeps extends OutletDeps {
  readonly switchboard: Switchboard;
  readonly presence: Presence;
  readonly logger: Logger;
}

export interface HostArrival {
  readonly socket: WebSocket;
  /** What the websocket speaks on. */
  readonly transport: Duplex;
  readonly server: Server;
  readonly subscribeCursor: string | undefined;
}

/** A host's websocket (docs/protocol.md §3), from its handshake on. */
export function linkHost({ socket, transport, server, subscribeCursor }: HostArrival, deps: LinkDeps): void {
  const { switchboard, presence, mailbox, cursors, logger } = deps;
  const { serverId, environmentId } = server;
  const cursor = cursors.parse(subscribeCursor, mailbox.last());
  const outlet = new Outlet(
    {
      socket,
      transport,
      dest: serverId,
      from: cursor ?? 0,
      onConfirmed: (confirmed) => switchboard.hostConfirmed(serverId, confirmed),
    },
    deps,
  );
  const frames = new HostFrames(environmentId);
  const read = (bytes: Buffer) => frames.read(bytes);
  let probe: Probe | undefined;
  socket.on('message', (data, isBinary) => {
    if (outlet.closed) return;
    outlet.heard();
    const incoming = readFrame(data, isBinary, read);
    if ('refusal' in incoming) {
      logger.warn({ serverId, ...incoming.refusal }, 'a host broke a rule of the wire; its link is closed');
      return outlet.close(incoming.refusal.code, incoming.refusal.reason);
    }
    const { frame } = incoming;
    const ack = probeAck(frame);
    if (ack === null) {
      probe?.heard();
      switchboard.fromHost(serverId, frame);
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
    if (gone) switchboard.noteNow(gone);
    logger.info({ serverId, code }, 'host link down');
  });
  logger.info({ serverId, resumed: cursor !== null }, 'host link up');
  switchboard.attachHost(serverId, outlet, cursor);
  probe = presence.linked(serverId, () => outlet.send(PROBE_FRAME));
}

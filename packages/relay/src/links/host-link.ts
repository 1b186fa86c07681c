import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { RawData } from 'ws';
import { type HostFrame, HostFrames } from '../passing/host-frame.ts';
import type { Presence } from '../presence/presence.ts';
import { type Askable, PROBE, type Probe, probeAck } from '../presence/probe.ts';
import type { Servers } from '../servers.ts';
import type { Switchboard } from '../switchboard.ts';
import { type Incoming, readFrame, readText } from './incoming.ts';
import { type TextTaker, takeLargeTexts } from './large-texts.ts';
import type { LinkSocket, Listener } from './link-socket.ts';
import { Outlet, type OutletDeps } from './outlet.ts';
import { textFrame } from './text-frame.ts';

const PROBE_TEXT = Buffer.from(PROBE);
const PROBE_FRAME = textFrame(PROBE_TEXT, PROBE_TEXT.length);

export interface LinkDeps extends OutletDeps {
  readonly switchboard: Switchboard;
  readonly presence: Presence;
  readonly servers: Servers;
  readonly logger: Logger;
}

export interface HostArrival {
  readonly socket: LinkSocket;
  /** What the websocket speaks on. */
  readonly transport: Duplex;
  readonly serverId: string;
  readonly subscribeCursor: string | undefined;
}

/** A host's websocket (docs/protocol.md §3), from its handshake on. There may be ten thousand: it holds no more than it must. */
export class HostLink extends Outlet implements Listener, TextTaker, Askable {
  readonly #serverId: string;
  readonly #deps: LinkDeps;
  /** Made when it first says something. */
  #frames: HostFrames | null = null;
  readonly #probe: Probe;

  constructor({ socket, transport, serverId, subscribeCursor }: HostArrival, deps: LinkDeps) {
    const { switchboard, presence, mailbox, cursors, logger } = deps;
    const cursor = cursors.parse(subscribeCursor, mailbox.last);
    super({ socket, transport, dest: serverId, from: cursor ?? 0 }, deps);
    this.#serverId = serverId;
    this.#deps = deps;
    socket.listen(this);
    takeLargeTexts(transport, this);
    logger.info({ serverId, resumed: cursor !== null }, 'host link up');
    switchboard.attachHost(serverId, this, cursor);
    this.#probe = presence.linked(serverId, this);
  }

  protected override onConfirmed(cursor: number): void {
    this.#deps.switchboard.hostConfirmed(this.#serverId, cursor);
  }

  onMessage(data: RawData, isBinary: boolean): void {
    this.#take((frames) => readFrame(data, isBinary, (bytes) => frames.read(bytes)));
  }

  takeText(pieces: readonly Buffer[]): void {
    if (this.isOpen) this.#take((frames) => readText(() => frames.readPieces(pieces)));
  }

  #take(read: (frames: HostFrames) => Incoming<HostFrame>): void {
    if (this.closed) return;
    this.heard();
    const { switchboard, presence, servers, logger } = this.#deps;
    const serverId = this.#serverId;
    this.#frames ??= new HostFrames(servers.get(serverId)?.environmentId ?? '');
    const incoming = read(this.#frames);
    if ('refusal' in incoming) {
      logger.warn({ serverId, ...incoming.refusal }, 'a host broke a rule of the wire; its link is closed');
      this.close(incoming.refusal.code, incoming.refusal.reason);
      return;
    }
    const { frame } = incoming;
    const ack = probeAck(frame);
    if (ack === null) {
      this.#probe.heard();
      switchboard.fromHost(serverId, frame);
      return;
    }
    this.send(ack);
    if (this.#probe.answered()) switchboard.note(() => presence.cameOnline(serverId));
  }

  ask(): void {
    this.write(PROBE_FRAME);
  }

  onClose(code: number, reason: Buffer): void {
    const { switchboard, presence, logger } = this.#deps;
    const serverId = this.#serverId;
    this.end();
    switchboard.detach(serverId, this);
    const byHost = { by: 'host', code, reason: reason.toString() } as const;
    const end = this.closedWith === null ? byHost : ({ by: 'relay', ...this.closedWith } as const);
    const gone = presence.unlinked(serverId, this.#probe, end);
    if (gone) switchboard.noteNow(gone);
    logger.info({ serverId, code }, 'host link down');
  }

  onError(error: Error): void {
    this.#deps.logger.debug({ serverId: this.#serverId, err: error }, 'host link failed');
  }
}

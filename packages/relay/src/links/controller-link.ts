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
export class ControllerLink extends Outlet {
  readonly #dest: string;
  readonly #clientId: string;
  readonly #deps: LinkDeps;

  constructor(arrival: ControllerArrival, deps: LinkDeps) {
    const { switchboard, mailbox, cursors, logger } = deps;
    const { socket, transport, clientId } = arrival;
    const dest = controllerDest(clientId, arrival.session);
    const cursor = cursors.parse(arrival.subscribeCursor, mailbox.last);
    super({ socket, transport, dest, from: cursor ?? 0 }, deps);
    this.#dest = dest;
    this.#clientId = clientId;
    this.#deps = deps;
    this.acksEndToEnd = arrival.acksEndToEnd;
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('pong', (payload) => this.onPong(payload));
    socket.on('close', (code) => {
      this.end();
      switchboard.detach(dest, this);
      logger.info({ clientId, code }, 'controller link down');
    });
    logger.info({ clientId, resumed: cursor !== null }, 'controller link up');
    switchboard.attachController(dest, this, cursor);
    for (const { data, isBinary } of arrival.early) this.#onMessage(data, isBinary);
  }

  protected override onConfirmed(cursor: number): void {
    this.#deps.switchboard.controllerConfirmed(this.#dest, cursor, this);
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.closed) return;
    this.heard();
    const { switchboard, logger } = this.#deps;
    const clientId = this.#clientId;
    const incoming = readFrame(data, isBinary, (bytes) => parseFromController(bytes.toString()));
    if ('refusal' in incoming) {
      logger.warn({ clientId, ...incoming.refusal }, 'a controller broke a rule of the wire; its link is closed');
      this.close(incoming.refusal.code, incoming.refusal.reason);
      return;
    }
    if (incoming.frame.client_id !== clientId) {
      this.close(closeCodes.policy, 'an envelope bears the client_id of another client');
      return;
    }
    if (incoming.frame.type === 'ack') this.acksEndToEnd = true;
    switchboard.fromController(this.#dest, incoming.frame, bytesOf(data).length);
  }
}

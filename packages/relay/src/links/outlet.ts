import { limits, stampCursor } from '@holdfast/wire';
import type { WebSocket } from 'ws';
import { type Clock, every, type Timer } from '../clock.ts';
import type { Cursors } from '../cursors.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Port } from '../ports.ts';
import { closeCodes } from './close-codes.ts';

const TICK_MS = 2_000;
/** Frames after which the peer is asked how far it is, without waiting for the tick. */
const CONFIRM_AFTER = 64;
/** Acks and the like that the peer has not read yet. */
const MAX_UNREAD = 10_000;
/** How long a peer may take over its half of the closing handshake. */
const CLOSE_GRACE_MS = 2_000;

/** Why the relay ended a websocket. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export interface OutletOptions {
  readonly socket: WebSocket;
  readonly dest: string;
  readonly mailbox: Mailbox;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly socketBytes: number;
  /** The peer has everything up to here. */
  readonly from: number;
  /** The peer's socket has everything up to there. */
  readonly onConfirmed: (cursor: number) => void;
}

/**
 * One websocket's sending side: its mailbox in order, no more of it at once than the socket takes, and its heartbeat. The pings carry
 * the last cursor sent, so each pong says how far the peer is.
 */
export class Outlet implements Port {
  readonly #options: OutletOptions;
  readonly #heartbeat: Timer;
  #sent: number;
  #confirmed: number;
  #asked: number;
  #sinceAsked = 0;
  #unread = 0;
  #behind = true;
  #closed = false;
  #closedWith: Closing | null = null;
  #pingedAt: number;
  #heardAt: number;

  constructor(options: OutletOptions) {
    const { socket, clock, from } = options;
    this.#options = options;
    this.#sent = from;
    this.#confirmed = from;
    this.#asked = from;
    this.#pingedAt = clock.monotonic();
    this.#heardAt = clock.monotonic();
    this.#heartbeat = every(clock, TICK_MS, () => this.#tick());
    socket.on('pong', (payload: Buffer) => this.#onPong(payload));
    for (const event of ['message', 'ping', 'pong'] as const) {
      socket.on(event, () => {
        this.#heardAt = clock.monotonic();
      });
    }
    socket.once('close', () => this.#end());
  }

  /** Once true, what still arrives on the socket counts no more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Null while it is open, and when the peer ended it. */
  get closedWith(): Closing | null {
    return this.#closedWith;
  }

  get caughtUp(): boolean {
    return !this.#behind;
  }

  get silentMs(): number {
    return this.#options.clock.monotonic() - this.#heardAt;
  }

  pump(): void {
    const { socket, dest, mailbox, cursors, socketBytes } = this.#options;
    if (this.#closed) return;
    this.#behind = false;
    for (const { cursor, frame } of mailbox.after(dest, this.#sent)) {
      if (socket.bufferedAmount > socketBytes) {
        this.#behind = true;
        break;
      }
      this.#sent = cursor;
      this.#sinceAsked += 1;
      socket.send(stampCursor(frame, cursors.format(cursor)), this.#onWritten);
    }
    if (this.#sinceAsked >= CONFIRM_AFTER) this.#ask();
  }

  send(text: string): void {
    if (this.#closed) return;
    this.#unread += 1;
    if (this.#unread > MAX_UNREAD) {
      this.close(closeCodes.overloaded, 'it does not read what it is sent');
      return;
    }
    this.#options.socket.send(text, () => {
      this.#unread -= 1;
      this.#onWritten();
    });
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#end();
    this.#closedWith = { code, reason };
    const { socket, clock } = this.#options;
    socket.close(code, reason);
    const grace = clock.setTimer(CLOSE_GRACE_MS, () => socket.terminate());
    socket.once('close', () => grace.cancel());
  }

  readonly #onWritten = (): void => {
    if (this.#behind && !this.#closed && this.#options.socket.bufferedAmount <= this.#options.socketBytes / 2)
      this.pump();
  };

  #tick(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#heardAt >= limits.pongTimeoutMs) {
      this.#end();
      this.#closedWith = { code: 1006, reason: `nothing came for ${limits.pongTimeoutMs / 1000} s` };
      this.#options.socket.terminate();
      return;
    }
    if (this.#sent > this.#asked || now - this.#pingedAt >= limits.pingIntervalMs) this.#ask();
  }

  #ask(): void {
    this.#sinceAsked = 0;
    this.#asked = this.#sent;
    this.#pingedAt = this.#options.clock.monotonic();
    this.#options.socket.ping(String(this.#sent), undefined, () => {});
  }

  #onPong(payload: Buffer): void {
    const digits = payload.toString('latin1');
    const cursor = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
    if (this.#closed || !(cursor > this.#confirmed && cursor <= this.#sent)) return;
    this.#confirmed = cursor;
    this.#options.onConfirmed(cursor);
  }

  #end(): void {
    this.#closed = true;
    this.#heartbeat.cancel();
  }
}

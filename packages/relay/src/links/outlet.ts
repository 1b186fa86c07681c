import type { Duplex } from 'node:stream';
import { limits } from '@holdfast/wire';
import type { WebSocket } from 'ws';
import type { Bounds } from '../bounds.ts';
import { type Clock, wholeMs } from '../clock.ts';
import type { Cursors } from '../cursors.ts';
import { ownerOf } from '../destination.ts';
import type { Mailbox } from '../mailbox.ts';
import type { SplicedFrame } from '../passing/host-frame.ts';
import type { Port } from '../ports.ts';
import type { Member, Rounds } from '../rounds.ts';
import { closeCodes } from './close-codes.ts';
import { textFrame } from './text-frame.ts';

/** How often each outlet looks at its peer. */
export const BEAT_MS = 2_000;
/** Frames are text, and kept as bytes. */
const TEXT = { binary: false } as const;
/** Frames after which the peer is asked how far it is, without waiting for the tick. */
const CONFIRM_AFTER = 64;
/** Acks and the like that the peer has not read yet. */
const MAX_UNREAD = 10_000;
/** How long a peer may take over its half of the closing handshake. */
const CLOSE_GRACE_MS = 800;

/** Why the relay ended a websocket. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** What all outlets share. */
export interface OutletDeps {
  readonly mailbox: Mailbox;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly bounds: Bounds;
  /** Calls each of them every two seconds. */
  readonly beats: Rounds;
}

export interface OutletOptions {
  readonly socket: WebSocket;
  /** What the websocket speaks on. */
  readonly transport: Duplex;
  readonly dest: string;
  /** The peer has everything up to here. */
  readonly from: number;
}

/**
 * One websocket's sending side: its mailbox in order, no more of it at once than the socket takes, and its heartbeat. The pings carry
 * the last cursor sent, so each pong says how far the peer is.
 */
export abstract class Outlet implements Port, Member {
  readonly #deps: OutletDeps;
  readonly #socket: WebSocket;
  readonly #transport: Duplex;
  readonly #dest: string;
  /** Its acks say what it has taken (docs/protocol.md §8). */
  acksEndToEnd = false;
  readonly #beat: number;
  #sent: number;
  #confirmed: number;
  #asked: number;
  #sinceAsked = 0;
  #unread = 0;
  /** `arriving`: what follows from its coming is not durable yet, and its mail is not to be read. */
  #progress: 'arriving' | 'behind' | 'caught up' = 'arriving';
  /** Mail that went out before it was mail. */
  #had: Set<number> | null = null;
  #corked = false;
  #closed = false;
  #closedWith: Closing | null = null;
  #pingedAt: number;
  #heardAt: number;

  constructor({ socket, transport, dest, from }: OutletOptions, deps: OutletDeps) {
    const { clock, beats } = deps;
    this.#deps = deps;
    this.#socket = socket;
    this.#transport = transport;
    this.#dest = dest;
    this.#sent = from;
    this.#confirmed = from;
    this.#asked = from;
    this.#pingedAt = wholeMs(clock);
    this.#heardAt = this.#pingedAt;
    this.#beat = beats.add(this);
  }

  /** The peer's socket has everything up to there. */
  protected abstract onConfirmed(cursor: number): void;

  /** Once true, what still arrives on the socket counts no more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Null while it is open, and when the peer ended it. */
  get closedWith(): Closing | null {
    return this.#closedWith;
  }

  /** Neither side has begun to end it. */
  protected get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get caughtUp(): boolean {
    return this.#progress === 'caught up';
  }

  get takesDirect(): boolean {
    const isReady = this.acksEndToEnd && this.caughtUp && !this.#closed;
    return isReady && this.#socket.bufferedAmount <= this.#deps.bounds.flightBytes;
  }

  /** The peer is there: something came from it. */
  heard(): void {
    this.#heardAt = wholeMs(this.#deps.clock);
  }

  get silentMs(): number {
    return wholeMs(this.#deps.clock) - this.#heardAt;
  }

  pump(): void {
    const { mailbox, cursors, bounds } = this.#deps;
    if (this.#closed) return;
    this.#progress = 'caught up';
    if (mailbox.waitingFor(ownerOf(this.#dest)).frames === 0) return;
    const onWritten = () => this.#onWritten();
    for (const { cursor, frame } of mailbox.after(this.#dest, this.#sent)) {
      if (this.#socket.bufferedAmount > bounds.socketBytes) {
        this.#progress = 'behind';
        break;
      }
      this.#sent = cursor;
      this.#sinceAsked += 1;
      if (this.#had?.delete(cursor)) continue;
      this.#together();
      this.#socket.send(stamped(frame, cursors.format(cursor)), TEXT, onWritten);
    }
    if (this.#sinceAsked >= CONFIRM_AFTER) this.#ask();
  }

  /** As it came, on the socket itself: `ws` would want it in one piece, and a copy of each costs more than all else. */
  forward(frame: SplicedFrame): void {
    if (!this.isOpen) return;
    this.#together();
    this.#transport.write(textFrame(frame.head, frame.size));
    for (const piece of frame.rest) this.#transport.write(piece);
  }

  /** A whole frame, made beforehand; of such that are few, and that nobody counts. */
  protected write(frame: Buffer): void {
    if (this.isOpen) this.#transport.write(frame);
  }

  hasHad(cursor: number): void {
    this.#had ??= new Set();
    this.#had.add(cursor);
  }

  send(text: string | Buffer): void {
    if (this.#closed) return;
    this.#unread += 1;
    if (this.#unread > MAX_UNREAD) {
      this.close(closeCodes.overloaded, 'it does not read what it is sent');
      return;
    }
    this.#together();
    this.#socket.send(text, TEXT, () => {
      this.#unread -= 1;
      this.#onWritten();
    });
  }

  cut(): void {
    this.end();
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.end();
    this.#closedWith = { code, reason };
    const socket = this.#socket;
    socket.close(code, reason);
    const grace = this.#deps.clock.setTimer(CLOSE_GRACE_MS, () => socket.terminate());
    socket.once('close', () => grace.cancel());
  }

  #onWritten(): void {
    if (this.#progress !== 'behind' || this.#closed) return;
    if (this.#socket.bufferedAmount <= this.#deps.bounds.socketBytes / 2) this.pump();
  }

  /** All that is sent until what is being done is done goes out in one write. */
  #together(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#transport.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#transport.uncork();
    });
  }

  onTurn(): void {
    const now = this.#deps.clock.monotonic();
    // The next look is a beat away, and would be too late.
    if (now - this.#heardAt > limits.pongTimeoutMs - BEAT_MS) {
      this.end();
      this.#closedWith = { code: 1006, reason: `nothing came for ${limits.pongTimeoutMs / 1000} s` };
      this.#socket.terminate();
      return;
    }
    if (this.#sent > this.#asked || now - this.#pingedAt > limits.pingIntervalMs - BEAT_MS) this.#ask();
  }

  #ask(): void {
    this.#sinceAsked = 0;
    this.#asked = this.#sent;
    this.#pingedAt = wholeMs(this.#deps.clock);
    this.#socket.ping(String(this.#sent), undefined, () => {});
  }

  /** The socket's pong. */
  onPong(payload: Buffer): void {
    this.heard();
    const digits = payload.toString('latin1');
    const cursor = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
    if (this.#closed || !(cursor > this.#confirmed && cursor <= this.#sent)) return;
    this.#confirmed = cursor;
    this.onConfirmed(cursor);
  }

  /** The socket has ended. */
  end(): void {
    this.#closed = true;
    this.#deps.beats.leave(this, this.#beat);
  }
}

/** The frame, which is an object with members, with a cursor added to it. */
function stamped(frame: Uint8Array, cursor: string): Buffer {
  const member = `,"cursor":"${cursor}"}`; // a cursor is hexadecimal digits, a dash and digits
  const out = Buffer.allocUnsafe(frame.length - 1 + member.length);
  out.set(frame.subarray(0, -1));
  out.write(member, frame.length - 1, 'latin1');
  return out;
}

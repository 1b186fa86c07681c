import type { Clock } from '@holdfast/lease';
import { closeHintOf } from '@holdfast/wire';
import type { RawData, WebSocket } from 'ws';
import type { ConnectionEvents, LinkConnection, LostReason } from './connect.ts';
import { Heartbeat } from './heartbeat.ts';

/** Frames handed to the socket wait there for the network; beyond this many bytes they wait in their outboxes. */
const BUFFERED_BYTES = 4 * 1024 * 1024;
/** How long a closing handshake may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** One open websocket: its heartbeat, and what goes out as fast as the network takes it. */
export class Connection implements LinkConnection {
  readonly #socket: WebSocket;
  readonly #next: () => string | null;
  readonly #heartbeat: Heartbeat;
  #closing: NodeJS.Timeout | undefined;
  #lost: { readonly why: string; readonly reason: LostReason } | null = null;

  /**
   * @param socket open and paused
   * @param next gives the next frame to send, or null; asked again after `pump()` and whenever the network has taken something
   */
  constructor(socket: WebSocket, clock: Clock, next: () => string | null, events: ConnectionEvents) {
    this.#socket = socket;
    this.#next = next;
    this.#heartbeat = new Heartbeat(clock, {
      onBeat: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
      onLost: (silenceMs) => {
        this.#lost ??= { why: `no pong for ${silenceMs / 1000} s`, reason: 'no-pong' };
        socket.terminate();
      },
    });
    socket.on('pong', () => this.#heartbeat.pong());
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary && this.#closing === undefined) events.onText(data.toString());
    });
    socket.on('error', (error) => {
      this.#lost ??= { why: error.message, reason: 'broken' };
    });
    socket.on('close', (code, reason) => {
      this.#heartbeat.stop();
      clearTimeout(this.#closing);
      const { why, reason: kind } = this.#lost ?? describeClose(code, reason.toString());
      events.onClose(why, kind, closeHintOf(reason.toString()));
    });
    socket.resume();
  }

  /** Sends what there is to send. */
  pump(): void {
    while (this.#socket.readyState === this.#socket.OPEN && this.#socket.bufferedAmount < BUFFERED_BYTES) {
      const frame = this.#next();
      if (frame === null) return;
      this.#socket.send(frame, (error) => {
        if (!error) this.pump();
      });
    }
  }

  /** It may be dead: it has to answer soon, or is given up. */
  doubt(): void {
    this.#heartbeat.doubt();
  }

  /** Ends it in order, or without it when the other side does not answer. What still comes in is not told. */
  close(why: string): void {
    this.#lost ??= { why, reason: 'stopped' };
    this.#socket.close(1000);
    this.#closing ??= setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS);
  }
}

function describeClose(code: number, reason: string): { why: string; reason: LostReason } {
  const said = reason.replace(/\p{Cc}+/gu, ' ');
  if (code === 1006) return { why: 'the connection broke off', reason: 'broken' };
  return { why: `the relay closed it with ${code}${said === '' ? '' : `: ${said}`}`, reason: 'closed' };
}

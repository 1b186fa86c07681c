import { Happenings } from '@holdfast/testkit';
import WebSocket from 'ws';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export type Frame = Record<string, unknown> & { readonly type: string };

/** One websocket of a test's host or controller: what came, in order, and how it ended. */
export class Peer {
  readonly frames: Frame[] = [];
  /** What the relay says on the stream of its own (docs/protocol.md §8): not among the frames. */
  readonly probing: Frame[] = [];
  readonly raw: string[] = [];
  closed: Closed | undefined;
  readonly socket: WebSocket;
  #onEach: ((frame: Frame) => void) | undefined;
  #onProbe: ((frame: Frame) => void) | undefined;
  readonly #happenings = new Happenings(() => JSON.stringify({ closed: this.closed, frames: this.frames.slice(-20) }));

  constructor(socket: WebSocket, onFrame?: (frame: Frame) => void) {
    this.socket = socket;
    socket.on('message', (data) => {
      const text = data.toString();
      const frame = JSON.parse(text) as Frame; // what a relay sends has a type
      if (frame['client_id'] === 'holdfast-relay') {
        this.probing.push(frame);
        this.#onProbe?.(frame);
      } else {
        this.raw.push(text);
        this.frames.push(frame);
        onFrame?.(frame);
        this.#onEach?.(frame);
      }
      this.#happenings.notify();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#happenings.notify();
    });
    socket.on('pong', () => this.#happenings.notify());
    socket.on('error', () => {});
  }

  /** Every frame, those included that came before anybody asked. */
  each(take: (frame: Frame) => void): void {
    for (const frame of this.frames) take(frame);
    this.#onEach = take;
  }

  /** Likewise, of what is on the relay's own stream. */
  eachProbe(take: (frame: Frame) => void): void {
    for (const frame of this.probing) take(frame);
    this.#onProbe = take;
  }

  /** One of what is on the relay's own stream. */
  probe(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.until(what, () => this.probing.find(fits));
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  until<T>(what: string, probe: () => T | undefined | null | false): Promise<T> {
    return this.#happenings.until(probe, { what });
  }

  frame(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.until(what, () => this.frames.find(fits));
  }

  count(fits: (frame: Frame) => boolean): number {
    return this.frames.filter(fits).length;
  }

  untilClosed(): Promise<Closed> {
    return this.until('the socket to close', () => this.closed);
  }

  /** Once the relay has taken everything sent before, and done what follows from it; gives what came until then. */
  async settled(): Promise<Frame[]> {
    // what arrived with the first ping is committed at the end of its turn, and the second comes in a later one
    for (let turn = 0; turn < 2; turn += 1) {
      const pong = new Promise<void>((resolve) => this.socket.once('pong', () => resolve()));
      this.socket.ping();
      await pong;
    }
    return this.frames;
  }

  /** As when a cable is pulled. */
  cut(): void {
    this.socket.terminate();
  }
}

export interface Refused {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** A websocket that opened, or how the handshake was refused. */
export function open(
  url: string,
  { headers = {}, protocols = [] }: { headers?: Record<string, string>; protocols?: string[] } = {},
  onFrame?: (frame: Frame) => void,
): Promise<Peer | Refused> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, { headers });
    const peer = new Peer(socket, onFrame);
    socket.once('open', () => resolve(peer));
    socket.once('error', reject);
    socket.once('unexpected-response', (_, response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), headers: response.headers });
      });
    });
  });
}

import WebSocket from 'ws';

/** No answer to a ping for this long, and the link is given up. A stalled network is shorter than that. */
const SILENCE_MS = 8_000;
const PING_MS = 1_000;
const HANDSHAKE_MS = 5_000;
const RETRY_MS = 150;

export interface RawLinkOptions {
  /** What the next handshake says. */
  readonly handshake: () => Promise<{ url: string; protocols?: string[]; headers?: Record<string, string> }>;
  /** Settles once frames may be sent; false: the socket was not welcome after all. `first` is the relay's first frame. */
  readonly welcome: (socket: WebSocket, first: Promise<Frame>) => Promise<boolean>;
  /** A link is there: what is unacked goes out again. */
  readonly onUp: () => void;
  readonly onFrame: (frame: Frame) => void;
  /** A handshake was refused. */
  readonly onRefused: (status: number) => Promise<void>;
}

export interface Frame {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** A websocket that comes back whenever it drops, and that may be superseded by a second one of its own. */
export class RawLink {
  readonly #options: RawLinkOptions;
  readonly #sockets = new Set<WebSocket>();
  #current: WebSocket | null = null;
  #connecting = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RawLinkOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Says nothing when there is no link: whatever counts goes out again with the next one. */
  send(frame: string): void {
    if (this.#current?.readyState === WebSocket.OPEN) this.#current.send(frame, () => {});
  }

  /** Opens a second link beside the one there is. */
  supersede(): void {
    if (this.#current !== null) void this.#connect();
  }

  /** Ends the link without a word; another follows. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.cut();
  }

  async #connect(): Promise<void> {
    this.#connecting += 1;
    try {
      const { socket, first } = await this.#dial();
      if (socket === null || this.#closed) socket?.terminate();
      else if (await this.#options.welcome(socket, first).catch(() => false)) {
        this.#current = socket;
        this.#options.onUp();
      } else socket.terminate();
    } catch {
      // refused, or nobody was there: the next one comes
    } finally {
      this.#connecting -= 1;
      this.#again();
    }
  }

  #again(): void {
    if (this.#closed || this.#connecting > 0 || this.#current?.readyState === WebSocket.OPEN) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), RETRY_MS);
  }

  async #dial(): Promise<{ socket: WebSocket | null; first: Promise<Frame> }> {
    const { url, protocols = [], headers = {} } = await this.#options.handshake();
    const socket = new WebSocket(url, protocols, { headers, handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false });
    this.#sockets.add(socket);
    const settled = Promise.withResolvers<WebSocket | null>();
    const first = Promise.withResolvers<Frame>();
    first.promise.catch(() => {}); // whoever waits for it hears it
    socket.on('error', () => settled.resolve(null));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      void this.#options.onRefused(response.statusCode ?? 0).finally(() => settled.resolve(null));
    });
    // frames of a link that was superseded count too: its pongs have said that they are here
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as Frame; // a relay's frames have a type
      first.resolve(frame);
      this.#options.onFrame(frame);
    });
    socket.on('close', () => {
      first.reject(new Error('the link ended before its first frame'));
      this.#sockets.delete(socket);
      if (this.#current === socket) this.#current = null;
      settled.resolve(null);
      this.#again();
    });
    socket.once('open', () => {
      this.#watch(socket);
      settled.resolve(socket);
    });
    return { socket: await settled.promise, first: first.promise };
  }

  #watch(socket: WebSocket): void {
    let heardAt = performance.now();
    socket.on('pong', () => {
      heardAt = performance.now();
    });
    const beat = setInterval(() => {
      if (performance.now() - heardAt > SILENCE_MS) socket.terminate();
      else socket.ping(() => {});
    }, PING_MS);
    socket.once('close', () => clearInterval(beat));
  }
}

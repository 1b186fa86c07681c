import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Egress } from '@holdfast/egress';
import { isLoopbackHost } from '@holdfast/wire';
import type { Forwarding } from './far-side.ts';
import { forwardRequest, refuse } from './forward-request.ts';
import { forwardUpgrade, refuseUpgrade } from './forward-upgrade.ts';
import { NOT_THIS_NAME, ONLY_WEBSOCKETS, type Refusal, TOO_MANY } from './refusal.ts';

export interface ForwarderOptions {
  /** A normalized base URL (`normalizeBase`). */
  readonly relay: string;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Listen beyond loopback, in the clear. Default: false. */
  readonly allowInsecure?: boolean;
  /** How many connections may be open at once; what comes beyond is answered with 503. Default: 512. */
  readonly maxConnections?: number;
  readonly egress: Pick<Egress, 'agentFor'>;
  /** The relay could not be reached, and was before, or nothing was asked yet. */
  readonly onUnreachable?: (why: string) => void;
  /** It is reached again. */
  readonly onReachable?: () => void;
}

/** How many connections may be open at once, unless it is told otherwise. */
const MOST_CONNECTIONS = 512;

/** The relay's origin on a port of this machine: everything asked there is asked of the relay, and answered by it. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #isReached = true;

  private constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#server = createServer((request, answer) => this.#onRequest(request, answer));
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#server.on('connection', (socket: Socket) => {
      socket.on('error', () => {}); // `close` follows; an upgraded one has no other listener
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** @throws Error of the system when it cannot listen there, or one that says why it does not want to */
  static async start(options: ForwarderOptions): Promise<Forwarder> {
    const { host, port } = options.listen;
    if (!isLoopbackHost(host) && options.allowInsecure !== true) {
      throw new Error(`${host} is not loopback: whoever reaches that could use the relay through this machine`);
    }
    const forwarder = new Forwarder(options);
    forwarder.#server.listen(port, host);
    await once(forwarder.#server, 'listening');
    return forwarder;
  }

  /** Where it listens, without a path. */
  get url(): string {
    const { host, port } = this.#options.listen;
    const address = this.#server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : port;
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  }

  /** The relay's base as it is reached here: what a stock codex takes as `chatgpt_base_url`. */
  get base(): string {
    return this.url + new URL(this.#options.relay).pathname;
  }

  /** Ends every connection, and listens no more. */
  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #onRequest(request: IncomingMessage, answer: ServerResponse): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== null) refuse(answer, refusal);
    else forwardRequest(this.#forwarding(request), request, answer);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    const refusal = this.#refusalOf(request) ?? (isWebSocket ? null : ONLY_WEBSOCKETS);
    if (refusal !== null) refuseUpgrade(socket, refusal);
    else forwardUpgrade(this.#forwarding(request), request, socket, head);
  }

  /** This side has the name that it was asked by. */
  #forwarding({ headers }: IncomingMessage): Forwarding {
    return {
      egress: this.#options.egress,
      ends: { here: `http://${headers.host}`, relay: new URL(this.#options.relay).origin },
      onOutcome: (failure) => this.#tell(failure),
    };
  }

  /** A page elsewhere can make a browser ask here under a name of its own (DNS rebinding): such names are not ours. */
  #refusalOf({ headers }: IncomingMessage): Refusal | null {
    if (this.#sockets.size > (this.#options.maxConnections ?? MOST_CONNECTIONS)) return TOO_MANY;
    const name = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? '';
    const listens = new URL(this.url).hostname;
    const anyName = this.#options.allowInsecure === true && !isLoopbackHost(this.#options.listen.host);
    return anyName || isLoopbackHost(name) || name === listens ? null : NOT_THIS_NAME;
  }

  #tell(failure: Error | null): void {
    const isReached = failure === null;
    if (isReached === this.#isReached) return;
    this.#isReached = isReached;
    if (failure === null) this.#options.onReachable?.();
    else this.#options.onUnreachable?.(failure.message);
  }
}

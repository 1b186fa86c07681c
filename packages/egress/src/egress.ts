import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Agent as Dispatcher, fetch as undiciFetch } from 'undici';
import { WebSocket } from 'ws';
import { DIAL_TIMEOUT_MS, dial, openSocket, type Way } from './dial.ts';
import { EgressError } from './errors.ts';
import { inspectTls, type TlsReport } from './inspect.ts';
import type { Destination } from './no-proxy.ts';
import { type Environment, proxyFor, type Target, targetOf } from './proxy-for.ts';
import type { ProxyServer } from './proxy-server.ts';
import { trusted } from './trust.ts';
import { authorityOf } from './tunnel.ts';

export interface EgressOptions {
  /** Where HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY are looked up. */
  readonly env: Environment;
  /** A PEM file of authorities to trust beside Node's own. */
  readonly caFile?: string | undefined;
}

/** More than the largest message of the wire, docs/protocol.md §9; beyond it the websocket is closed. */
const MAX_FRAME_BYTES = 128 * 1024 * 1024;
/** A goodbye that nobody answers does not hold up the process, in milliseconds. The types of `ws` do not have it yet. */
const CLOSING = { closeTimeout: 2_000 };

type Done = (error: Error | null, socket?: Socket) => void;

/** The one way out of this process: HTTP and websockets take the same proxy and trust the same authorities. */
export class Egress {
  readonly #env: Environment;
  readonly #caFile: string | undefined;
  readonly #context: ReturnType<typeof trusted>;
  readonly #dispatcher: Dispatcher;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #dialing = new Set<AbortController>();
  #closed = false;
  /** Node's `fetch`, by this way. Takes URLs, not `Request` objects. */
  readonly fetch: typeof globalThis.fetch;
  /** A WebSocket constructor as browsers have it, by this way. */
  readonly WebSocket: new (
    url: string,
    protocols?: string[],
  ) => WebSocket;

  /** @throws EgressError when the file cannot be used */
  constructor(options: EgressOptions) {
    this.#env = options.env;
    this.#caFile = options.caFile;
    this.#context = trusted(options.caFile);
    this.#dispatcher = new Dispatcher({
      connect: ({ hostname, port, protocol }, callback) => {
        const target = targetOf(new URL(`${protocol}//${hostname}${port === '' ? '' : `:${port}`}`));
        this.#connect(target, (error, socket) => {
          if (socket === undefined) callback(error ?? new Error('no connection'), null);
          else callback(null, socket);
        });
      },
    });
    const init = { dispatcher: this.#dispatcher };
    // undici's own fetch is the very one that Node has; only the two sets of types do not know each other
    this.fetch = ((input: string, more: object) => undiciFetch(input, { ...more, ...init })) as typeof globalThis.fetch;
    this.#agents = {
      http: connectedBy(new HttpAgent(), (to, done) => this.#connect({ ...to, secure: false }, done)),
      https: connectedBy(new HttpsAgent(), (to, done) => this.#connect({ ...to, secure: true }, done)),
    };
    const agentFor = (url: string) => this.agentFor(new URL(url));
    this.WebSocket = class extends WebSocket {
      constructor(url: string, protocols: string[] = []) {
        super(url, protocols, {
          agent: agentFor(url),
          perMessageDeflate: false,
          maxPayload: MAX_FRAME_BYTES,
          ...CLOSING,
        });
      }
    };
  }

  /** For `http.request` and `ws`, to a URL of http, https, ws or wss. */
  agentFor(url: URL): HttpAgent {
    return targetOf(url).secure ? this.#agents.https : this.#agents.http;
  }

  /** The proxy on the way to a URL; null: none. @throws EgressError */
  proxyFor(url: URL): ProxyServer | null {
    return proxyFor(targetOf(url), this.#env);
  }

  /** Opens the way to a URL, before any TLS, and closes it again. @throws EgressError, or an error of the system */
  async reach(url: URL, timeoutMs: number): Promise<void> {
    const socket = await this.#within(targetOf(url), timeoutMs, openSocket);
    socket.destroy();
  }

  /** What the far side of an https or wss URL shows of itself, trusted or not. @throws as `reach` */
  async inspectTls(url: URL, timeoutMs: number): Promise<TlsReport> {
    return this.#within(targetOf(url), timeoutMs, async (way, signal) => {
      const socket = await openSocket(way, signal);
      return inspectTls(socket, way, this.#caFile, signal);
    });
  }

  /** Ends what is under way, and idle connections. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const dialing of this.#dialing) dialing.abort(new Error('the way out was closed'));
    this.#agents.http.destroy();
    this.#agents.https.destroy();
    await this.#dispatcher.destroy();
  }

  #connect(target: Target, done: Done): void {
    this.#within(target, DIAL_TIMEOUT_MS, dial).then(
      (socket) => done(null, socket),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #within<T>(to: Target, timeoutMs: number, open: (way: Way, signal: AbortSignal) => Promise<T>): Promise<T> {
    const dialing = new AbortController();
    if (this.#closed) dialing.abort(new Error('the way out was closed'));
    const proxy = proxyFor(to, this.#env);
    const timer = setTimeout(() => dialing.abort(tookTooLong(to, proxy, timeoutMs)), timeoutMs);
    this.#dialing.add(dialing);
    try {
      return await open({ to, proxy, context: this.#context }, dialing.signal);
    } finally {
      clearTimeout(timer);
      this.#dialing.delete(dialing);
    }
  }
}

/** An agent that gets its connections from `open`. It keeps none: whatever is asked over it is asked rarely. */
function connectedBy<A extends HttpAgent>(agent: A, open: (to: Destination, done: Done) => void): A {
  agent.createConnection = (
    { host, port }: ClientRequestArgs,
    done?: (error: Error | null, socket: Duplex) => void,
  ) => {
    open({ host: host ?? '', port: Number(port) }, (error, socket) => {
      done?.(error, socket as Socket); // Node takes a socket or an error; its types want both
    });
    return undefined;
  };
  return agent;
}

function tookTooLong(to: Target, proxy: ProxyServer | null, timeoutMs: number): EgressError {
  const way = proxy === null ? '' : ` through the proxy ${proxy.url} (${proxy.variable})`;
  return new EgressError(
    'ERR_EGRESS_TIMEOUT',
    `No connection to ${authorityOf(to)}${way} within ${timeoutMs / 1000} s; a firewall may be swallowing it.`,
  );
}

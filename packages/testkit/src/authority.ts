import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Answer } from './authority/answers.ts';
import { BASE_PATH, type Endpoint } from './authority/endpoints.ts';
import { HostLink } from './authority/host-link.ts';
import { readText } from './authority/incoming.ts';
import { InjectedStream, type InjectedStreamOptions } from './authority/injected-stream.ts';
import { Plan } from './authority/plan.ts';
import { Registry } from './authority/registry.ts';
import { type Arrival, RequestLog, type SeenRequest } from './authority/request-log.ts';
import { perform } from './authority/respond.ts';
import { Happenings, type UntilOptions } from './happenings.ts';

export interface AuthorityOptions {
  /** Default 0: any free one. Always on 127.0.0.1. */
  readonly port?: number;
  /** Life of a server token, in seconds. Default 3600. */
  readonly tokenLifeSeconds?: number;
  /** The only account token that is good; default: any bearer that is no server token. */
  readonly accountToken?: string;
  /** The authority's clock, in milliseconds since the epoch: `date`, `expires_at` and its own checks. Default `Date.now`. */
  readonly now?: () => number;
  /** Does a host's websocket ping get its pong? Default true. */
  readonly pongs?: boolean;
}

/** A relay's host-facing side (docs/protocol.md §2 and §3) over real sockets, whose every answer a test can choose. */
export class Authority {
  /** Every host websocket so far, dead ones included, oldest first. */
  readonly allLinks: HostLink[] = [];
  /** What it knows when it is healthy: tokens, servers, pairing codes, listed clients. */
  readonly registry: Registry;
  /** Whether every frame of a host is acked as it comes. */
  acking = true;
  readonly #plan = new Plan();
  readonly #log: RequestLog;
  readonly #happenings = new Happenings(() => this.#summary());
  readonly #streams = new Map<string, InjectedStream>();
  readonly #sockets = new Set<Socket>();
  readonly #now: () => number;
  readonly #http = createServer();
  readonly #ws: WebSocketServer;
  #port = 0;
  #closed = false;

  constructor(options: AuthorityOptions) {
    this.#now = options.now ?? Date.now;
    const { tokenLifeSeconds = 3600, accountToken } = options;
    this.registry = new Registry({ now: this.#now, tokenLifeSeconds, accountToken });
    this.#log = new RequestLog({ plan: this.#plan, registry: this.registry, now: this.#now });
    this.#ws = new WebSocketServer({ noServer: true, autoPong: options.pongs ?? true, maxPayload: 128 * 1024 * 1024 });
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#http.on('request', (req, res) => void this.#onRequest(req, res));
    this.#http.on(
      'upgrade',
      (req: IncomingMessage, socket: Socket, head: Buffer) => void this.#onUpgrade(req, socket, head),
    );
  }

  async listen(port: number): Promise<void> {
    this.#http.listen(port, '127.0.0.1');
    await once(this.#http, 'listening');
    const address = this.#http.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What a host takes as its relay. */
  get base(): string {
    return `${this.url}${BASE_PATH}`;
  }

  /** Every request, handshakes included, in order of arrival. */
  get requests(): readonly SeenRequest[] {
    return this.#log.requests;
  }

  /** Live host websockets, oldest first. */
  get links(): HostLink[] {
    return this.allLinks.filter((link) => link.open);
  }

  /** The newest live host websocket. */
  get link(): HostLink | undefined {
    return this.links.at(-1);
  }

  /** How many requests arrived there. */
  counts(endpoint: Endpoint): number {
    return this.requestsTo(endpoint).length;
  }

  requestsTo(endpoint: Endpoint): SeenRequest[] {
    return this.requests.filter((request) => request.endpoint === endpoint);
  }

  /** From now on this endpoint answers so; a script that was set for it is dropped. */
  set(endpoint: Endpoint, standing: Answer): void {
    this.#plan.set(endpoint, standing);
  }

  /** The next requests there get these answers, one each; after them the standing answer holds (healthy, unless `set`). */
  script(endpoint: Endpoint, answers: readonly Answer[]): void {
    this.#plan.script(endpoint, answers);
  }

  /** Waits until `probe` gives something that is neither undefined, null nor false; asked again after every request, frame and close. */
  waitFor<T>(probe: (authority: Authority) => T | undefined | null | false, options?: UntilOptions): Promise<T> {
    return this.#happenings.until(() => probe(this), options);
  }

  /** Waits until that many requests have arrived there, and gives the last of them. */
  waitForRequests(endpoint: Endpoint, count: number, options?: UntilOptions): Promise<SeenRequest> {
    const what = `${count} request(s) to ${endpoint}`;
    return this.waitFor(() => this.requestsTo(endpoint)[count - 1], { what, ...options });
  }

  /** Waits for the Nth host websocket (counted over the authority's life, from 1) and gives it. */
  waitForLink(ordinal = 1, options?: UntilOptions): Promise<HostLink> {
    return this.waitFor(() => this.allLinks[ordinal - 1], { what: `host websocket ${ordinal}`, ...options });
  }

  /** A controller's stream to whichever host is connected. */
  openStream(options?: InjectedStreamOptions): InjectedStream {
    const stream = new InjectedStream(() => this.link, this.#happenings, options);
    this.#streams.set(`${stream.clientId}/${stream.streamId}`, stream);
    return stream;
  }

  /** Ends every connection and stops listening. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const closed = once(this.#http, 'close');
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#ws.close();
  }

  async #onRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const text = await readText(req);
    if (text === undefined) {
      req.socket.destroy();
      return;
    }
    const arrival = await this.#arrive(req, text);
    if (this.#closed || res.destroyed) return;
    const { planned, seen } = arrival;
    const healthy = planned.kind === 'healthy' ? this.registry.answer(arrival, planned) : undefined;
    perform(planned, healthy, { res, requestId: seen.requestId, nowMs: this.#now() });
  }

  async #onUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const arrival = await this.#arrive(req, '');
    if (this.#closed || socket.destroyed) return;
    const { planned, seen } = arrival;
    const admission = planned.kind === 'healthy' ? this.registry.admit(arrival) : undefined;
    if (admission?.serverId === undefined) {
      perform(planned, admission?.refusal, { socket, requestId: seen.requestId, nowMs: this.#now() });
      return;
    }
    const { serverId } = admission;
    this.#ws.handleUpgrade(req, socket, head, (ws) => this.#addLink(serverId, ws, socket, seen));
  }

  /** The newest link of a server wins. */
  #addLink(serverId: string, socket: WebSocket, tcp: Socket, { credential, headers }: SeenRequest): void {
    const earlier = this.links.filter((link) => link.serverId === serverId);
    const link = new HostLink({
      socket,
      tcp,
      serverId,
      credential,
      headers,
      now: this.#now,
      acking: () => this.acking,
      onFrame: (frame) => {
        const { client_id, stream_id } = frame.envelope;
        this.#streams.get(`${client_id}/${stream_id}`)?.receive(frame);
      },
      onChange: () => this.#happenings.notify(),
    });
    this.allLinks.push(link);
    for (const old of earlier) old.close(1000, 'replaced by a newer link');
    this.#happenings.notify();
  }

  /** Logs a request and waits for as long as its answer is held back. */
  async #arrive(req: IncomingMessage, bodyText: string): Promise<Arrival> {
    const arrival = this.#log.record(req, bodyText);
    this.#happenings.notify();
    const released = () => {};
    await arrival.planned.after?.then(released, released);
    return arrival;
  }

  #summary(): string {
    const requests = this.requests.map((request) => `${request.endpoint} (${request.answer})`).join(', ');
    return `${requests || 'no request'}; ${this.links.length} live link(s) of ${this.allLinks.length}`;
  }
}

/** Starts an authority on 127.0.0.1. Rejects when the port is taken. */
export async function startAuthority(options: AuthorityOptions = {}): Promise<Authority> {
  const authority = new Authority(options);
  await authority.listen(options.port ?? 0);
  return authority;
}

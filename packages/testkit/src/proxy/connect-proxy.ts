import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { testCertificate } from '../tls/certificates.ts';

export interface ConnectProxyOptions {
  /** Who may use it, as `user:password`; default: anybody. */
  readonly credentials?: string;
  /** Spoken to over TLS, with a certificate of the test authority for `proxy.test` and 127.0.0.1. */
  readonly secure?: boolean;
  /** The ports of 127.0.0.1 behind `name:port`; others are answered with 502. */
  readonly routes: Readonly<Record<string, number>>;
}

/** What it does with the next CONNECT: opens the way, answers with a status, never answers, or hangs up. */
export type ConnectBehaviour = 'open' | 'hang' | 'hang-up' | number;

/** A proxy that opens ways by CONNECT, and counts. */
export class ConnectProxy {
  behaviour: ConnectBehaviour = 'open';
  /** Every answer comes so much later, in milliseconds. */
  latencyMs = 0;
  /** `name:port` of each way that it opened. */
  readonly opened: string[] = [];
  /** `name:port` and status of each that it refused. */
  readonly refused: string[] = [];
  /** Method and URL of what was no CONNECT: it does not pass such requests on. */
  readonly others: string[] = [];
  readonly #options: ConnectProxyOptions;
  readonly #sockets = new Set<Duplex>();
  readonly #server;

  constructor(options: ConnectProxyOptions) {
    this.#options = options;
    this.#server = options.secure === true ? createSecureServer(testCertificate('server')) : createServer();
    this.#server.on('connect', (request, socket, head) => this.#onConnect(request, socket, head));
    this.#server.on('request', (request, answer) => {
      this.others.push(`${request.method} ${request.url}`);
      answer.writeHead(405).end();
    });
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('tlsClientError', () => {});
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** As HTTPS_PROXY takes it, with the user and password that it wants. */
  get url(): string {
    const { secure, credentials } = this.#options;
    return `${secure === true ? 'https' : 'http'}://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Ends every way that is open. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cutAll();
    await closed;
  }

  #onConnect(request: IncomingMessage, client: Duplex, head: Buffer): void {
    this.#keep(client);
    if (this.behaviour === 'hang') return;
    setTimeout(() => this.#answer(request, client, head), this.latencyMs);
  }

  #answer(request: IncomingMessage, client: Duplex, head: Buffer): void {
    const authority = request.url ?? '';
    const port = this.#options.routes[authority];
    if (this.behaviour === 'hang-up') client.destroy();
    else if (!this.#admits(request)) this.#refuse(client, authority, 407, 'Proxy-Authenticate: Basic realm="test"\r\n');
    else if (typeof this.behaviour === 'number') this.#refuse(client, authority, this.behaviour);
    else if (port === undefined) this.#refuse(client, authority, 502);
    else this.#open(client, authority, port, head);
  }

  #admits({ headers }: IncomingMessage): boolean {
    const { credentials } = this.#options;
    const wanted =
      credentials === undefined ? undefined : Buffer.from(decodeURIComponent(credentials)).toString('base64');
    return wanted === undefined || headers['proxy-authorization'] === `Basic ${wanted}`;
  }

  #refuse(client: Duplex, authority: string, status: number, headers = ''): void {
    this.refused.push(`${authority} ${status}`);
    client.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers}Content-Length: 0\r\n\r\n`);
  }

  #open(client: Duplex, authority: string, port: number, head: Buffer): void {
    const target = connect(port, '127.0.0.1', () => {
      this.opened.push(authority);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) target.write(head);
      client.pipe(target).pipe(client);
    });
    this.#keep(target);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  }

  #keep(socket: Duplex | Socket): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const proxy = new ConnectProxy(options);
  await proxy.listen();
  return proxy;
}

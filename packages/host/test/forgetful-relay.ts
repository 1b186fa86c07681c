import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

export interface ForgetfulRelayOptions {
  /** Its clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Of a server token, in milliseconds. */
  readonly tokenLifeMs: number;
}

/**
 * A relay's host-facing side, and the agent behind the host, that remember nothing: whatever grows over a simulated day is the host's.
 * (The test kit's authority keeps all that it ever saw, for tests to look at.)
 */
export class ForgetfulRelay {
  pings = 0;
  links = 0;
  refreshes = 0;
  /** Answers of agents that came through. */
  replies = 0;
  /** Refreshes and handshakes are answered with 503. */
  isDown = false;
  readonly #options: ForgetfulRelayOptions;
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #link: WebSocket | null = null;

  constructor(options: ForgetfulRelayOptions) {
    this.#options = options;
    this.#server.on('upgrade', (request, socket, head) => {
      const isAgent = request.url === '/agent';
      if (this.isDown && !isAgent) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 20\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => (isAgent ? echo(ws) : this.#hold(ws)));
    });
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get base(): string {
    return `http://127.0.0.1:${this.#port}/backend-api`;
  }

  get agent(): string {
    return `ws://127.0.0.1:${this.#port}/agent`;
  }

  send(envelope: object): void {
    this.#link?.send(JSON.stringify(envelope));
  }

  cut(): void {
    this.#link?.terminate();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get #port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    this.refreshes += 1;
    const now = this.#options.now();
    const headers = { date: new Date(now).toUTCString(), 'content-type': 'application/json' };
    if (this.isDown) {
      response.writeHead(503, { ...headers, 'retry-after': '20' }).end('{"detail":"too busy"}');
      return;
    }
    const grant = {
      server_id: 'srv_1',
      environment_id: 'env_1',
      remote_control_token: `token-${this.refreshes}`,
      expires_at: new Date(now + this.#options.tokenLifeMs).toISOString(),
    };
    response.writeHead(200, headers).end(JSON.stringify(grant));
  }

  #hold(link: WebSocket): void {
    this.links += 1;
    this.#link = link;
    link.on('error', () => {});
    link.on('ping', () => {
      this.pings += 1;
    });
    link.on('message', (data) => {
      const { type, client_id, stream_id, seq_id } = JSON.parse(String(data));
      if (type === 'server_message') this.replies += 1;
      link.send(JSON.stringify({ type: 'ack', client_id, stream_id, seq_id }));
    });
  }
}

function echo(agent: WebSocket): void {
  agent.on('error', () => {});
  agent.on('message', (data) => {
    const { id, method } = JSON.parse(String(data));
    if (method === 'leave') agent.close();
    else if (id !== undefined) agent.send(JSON.stringify({ id, result: 0 }));
  });
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isLoopbackHost } from '@holdfast/wire';

/** What Prometheus takes for its own (text format 0.0.4). */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const MAX_CONNECTIONS = 16;
const REQUEST_TIMEOUT_MS = 10_000;

export interface MetricsServerOptions {
  /** Loopback. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly read: () => Promise<string>;
}

/** Serves `GET /metrics` on loopback, to whoever is on this machine. A page that calls it by a name of its own is refused. */
export class MetricsServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @throws Error that says why it cannot listen there */
  static async open({ host, port, read }: MetricsServerOptions): Promise<MetricsServer> {
    if (!isLoopbackHost(host)) throw new Error(`Metrics are served on loopback alone, not on ${host}.`);
    const server = createServer((request, response) => void serve(request, response, read));
    server.maxConnections = MAX_CONNECTIONS;
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    server.listen(port, host);
    try {
      await once(server, 'listening');
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Metrics cannot be served on ${host}:${port}: ${why}.`, { cause });
    }
    server.on('error', () => {}); // one that cannot be accepted; the others go on
    const address = server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : port;
    return new MetricsServer(server, `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, read: () => Promise<string>): Promise<void> {
  const { method, url, headers } = request;
  const name = URL.parse(`http://${headers.host}`)?.hostname ?? '';
  if (!isLoopbackHost(name)) return answer(response, 421, 'This answers to loopback alone.\n');
  if (url !== '/metrics') return answer(response, 404, 'There is nothing but /metrics here.\n');
  if (method !== 'GET' && method !== 'HEAD') return answer(response, 405, 'Only GET is answered.\n');
  try {
    answer(response, 200, await read(), METRICS_CONTENT_TYPE);
  } catch {
    answer(response, 500, 'The metrics could not be read.\n');
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(text);
}

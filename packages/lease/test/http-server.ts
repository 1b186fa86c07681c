import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback that keeps what it was sent. */
export interface LocalServer {
  readonly origin: string;
  readonly received: Received[];
  /** How the next requests are answered, once they are there as a whole. */
  answer: (request: Received, response: ServerResponse) => void;
}

/** Closed when the test ends. */
export async function listen(t: { after(fn: () => void): void }): Promise<LocalServer> {
  const received: Received[] = [];
  const onRequest: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const whole = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    received.push(whole);
    local.answer(whole, response);
  };
  const server = createServer((request, response) => {
    // A client that goes away in the middle of its body is part of some tests.
    Promise.resolve(onRequest(request, response)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const local: LocalServer = {
    origin: `http://127.0.0.1:${address.port}`,
    received,
    answer: (_, response) => void response.end(),
  };
  return local;
}

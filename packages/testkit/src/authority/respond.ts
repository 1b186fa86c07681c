import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, retryAfterText } from './answers.ts';
import type { Outcome } from './registry.ts';

/** Where an answer goes: an HTTP response, or the bare socket of a websocket handshake that is refused. */
export interface Destination {
  readonly res?: ServerResponse;
  readonly socket?: Socket;
  readonly requestId: string;
  readonly nowMs: number;
}

/** Carries an answer out; `healthy` is what the registry had to say, for answers of that kind. */
export function perform(planned: Answer, healthy: Outcome | undefined, to: Destination): void {
  const tcp = to.socket ?? to.res?.socket;
  switch (planned.kind) {
    case 'hang':
      return;
    case 'reset':
      tcp?.resetAndDestroy();
      return;
    case 'stall':
      // Straight onto the socket: the promised length never comes, and nothing of Node's tidies the response up.
      tcp?.write(
        `${head(planned.status, { ...stamps(to), ...json, 'content-length': '4096', ...planned.headers })}{"server_id":`,
      );
      return;
    case 'reply': {
      const { status, body = {}, retryAfter } = planned;
      const wait = retryAfter === undefined ? {} : { 'retry-after': retryAfterText(retryAfter, to.nowMs) };
      send(to, status, body, { ...wait, ...planned.headers });
      return;
    }
    case 'healthy':
      send(to, healthy?.status ?? 404, healthy?.body ?? {}, planned.headers ?? {});
      return;
  }
}

const json = { 'content-type': 'application/json' };

function stamps({ requestId, nowMs }: Destination) {
  return { date: new Date(nowMs).toUTCString(), 'x-request-id': requestId };
}

function send(to: Destination, status: number, body: unknown, extra: Readonly<Record<string, string>>): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? {} : json;
  const headers = { ...stamps(to), ...type, 'content-length': String(Buffer.byteLength(text)), ...extra };
  if (to.res !== undefined) {
    to.res.sendDate = false;
    to.res.writeHead(status, headers).end(text);
    return;
  }
  to.socket?.end(`${head(status, { ...headers, connection: 'close' })}${text}`);
}

function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
}

import type { IncomingMessage } from 'node:http';
import type { Egress } from '@holdfast/egress';
import {
  bodyPreview,
  headers,
  limits,
  PROTOCOL_VERSION,
  paths,
  SERVER_NOT_FOUND_DETAIL,
  socketEndpoint,
} from '@holdfast/wire';
import { WebSocket } from 'ws';
import { causeOf, detailOf, requestId } from '../relay-request.ts';
import { withoutSecrets } from '../secrets.ts';

export interface HandshakeRequest {
  readonly relay: string;
  readonly serverToken: string;
  readonly serverId: string;
  readonly serverName: string;
  readonly installationId: string;
  readonly cursor: string | null;
}

/** How a try to open the link ended. `why` is for a person. */
export type Handshake =
  | { readonly kind: 'open'; readonly socket: WebSocket }
  /** 401 or 403: the server token was refused. */
  | { readonly kind: 'unauthorized'; readonly why: string }
  /** The relay deleted this server. */
  | { readonly kind: 'gone'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly retryAfter: string | null; readonly date: string | null };

/** A refusal's body is shown if it comes within this time, in milliseconds. */
const BODY_TIMEOUT_MS = 1_000;

/** Opens the websocket of a host (docs/protocol.md §3), by `egress` where it is given. Never rejects. */
export function shakeHands(
  request: HandshakeRequest,
  signal: AbortSignal,
  egress?: Pick<Egress, 'agentFor'>,
): Promise<Handshake> {
  const url = socketEndpoint(request.relay, paths.serverSocket);
  const failed = (why: string, answer?: IncomingMessage): Handshake => ({
    kind: 'failed',
    why: `GET ${url} ${why}`,
    retryAfter: answer?.headers['retry-after'] ?? null,
    date: answer?.headers.date ?? null,
  });
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      headers: handshakeHeaders(request),
      handshakeTimeout: limits.httpTimeoutMs,
      maxPayload: limits.messageBytes + limits.envelopeBytes,
      perMessageDeflate: false,
      followRedirects: false,
      ...(egress === undefined ? {} : { agent: egress.agentFor(new URL(url)) }),
    });
    const settle = (outcome: Handshake) => {
      signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const onAbort = () => {
      settle(failed('was given up'));
      socket.terminate();
    };
    signal.addEventListener('abort', onAbort);
    socket.on('error', (error) => settle(failed(`failed: ${causeOf(error)}`)));
    socket.on('unexpected-response', (client, answer) => {
      void readRefusal(answer).then((text) => {
        client.destroy();
        const body = withoutSecrets(text, [request.serverToken]);
        settle(refusal(url, answer, body) ?? failed(describeRefusal(answer, body), answer));
      });
    });
    socket.on('open', () => {
      socket.pause(); // a frame may have come with the answer, and nobody listens yet
      settle({ kind: 'open', socket });
    });
    if (signal.aborted) onAbort();
  });
}

function handshakeHeaders(request: HandshakeRequest): Record<string, string> {
  return {
    authorization: `Bearer ${request.serverToken}`,
    [headers.serverId]: request.serverId,
    [headers.serverName]: Buffer.from(request.serverName).toString('base64'),
    [headers.protocolVersion]: PROTOCOL_VERSION,
    [headers.installationId]: request.installationId,
    ...(request.cursor === null ? {} : { [headers.subscribeCursor]: request.cursor }),
  };
}

function refusal(url: string, answer: IncomingMessage, body: string): Handshake | null {
  const why = `GET ${url} ${describeRefusal(answer, body)}`;
  if (answer.statusCode === 401 || answer.statusCode === 403) return { kind: 'unauthorized', why };
  if (answer.statusCode === 404 && detailOf(parse(body)) === SERVER_NOT_FOUND_DETAIL) return { kind: 'gone', why };
  return null;
}

function describeRefusal(answer: IncomingMessage, body: string): string {
  const id = requestId((name) => answer.headers[name]?.toString());
  const said = detailOf(parse(body)) ?? bodyPreview(body);
  return `was answered with ${answer.statusCode}${id === null ? '' : ` (request id ${id})`}${said === '' ? '' : `: ${said}`}`;
}

function readRefusal(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = () => {
      clearTimeout(timer);
      resolve(text);
    };
    const timer = setTimeout(done, BODY_TIMEOUT_MS);
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > limits.bodyPreviewBytes) done();
    });
    for (const event of ['end', 'error', 'close']) answer.on(event, done);
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

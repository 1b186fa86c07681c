import type { IncomingHttpHeaders } from 'node:http';
import type { Endpoint } from './endpoints.ts';

/** One request as it arrived, a websocket handshake included. */
export interface SeenRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  /** Arrival, in milliseconds of the authority's clock. */
  readonly at: number;
  /** As they came, with `authorization` replaced by {@link credential}. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Raw names and values in the order of the wire, without the authorization's value. */
  readonly rawHeaders: readonly string[];
  /** `account`, `token-N` for the Nth server token issued, `unknown` or `none`. */
  readonly credential: string;
  /** Parsed JSON; the text when it is none; undefined without a body. */
  readonly body: unknown;
  /** The answer that was planned: `healthy`, a status, `hang`, `stall 200`, `reset`. */
  readonly answer: string;
  /** Sent as `x-request-id`. */
  readonly requestId: string;
}

export function parsedBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function withoutSecrets(headers: IncomingHttpHeaders, credential: string): IncomingHttpHeaders {
  return headers.authorization === undefined ? headers : { ...headers, authorization: credential };
}

export function rawWithoutSecrets(raw: readonly string[], credential: string): string[] {
  return raw.map((text, index) =>
    index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'authorization' ? credential : text,
  );
}

import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Egress } from '@holdfast/egress';
import { type Ends, type RawHeaders, toRelay } from './headers.ts';

/** How long the relay may take until its headers are here, in milliseconds: a host gives it 30 s. */
export const ANSWER_TIMEOUT_MS = 45_000;

/** The relay had no answer in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  constructor() {
    super(`it did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`);
  }
}

/** How whatever is asked here gets to the relay. */
export interface Forwarding {
  readonly egress: Pick<Egress, 'agentFor'>;
  readonly ends: Ends;
  /** Null: the relay answered, whatever it said. */
  readonly onOutcome: (failure: Error | null) => void;
}

/** Asks the relay what was asked here. The body is the caller's to write; an `error` event tells why nothing came. */
export function askRelay({ egress, ends }: Forwarding, asked: IncomingMessage, more: RawHeaders = []): ClientRequest {
  const url = new URL(ends.relay);
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)({
    agent: egress.agentFor(url),
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    method: asked.method,
    path: asked.url,
    headers: [...toRelay(asked.rawHeaders, ends), ...more],
  });
  const timer = setTimeout(() => request.destroy(new NoAnswerError()), ANSWER_TIMEOUT_MS);
  for (const event of ['response', 'upgrade', 'close']) request.on(event, () => clearTimeout(timer));
  return request;
}

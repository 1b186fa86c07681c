import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { askRelay, type Forwarding } from './far-side.ts';
import { toAsker } from './headers.ts';
import { bodyOf, headersOf, type Refusal, unreachable } from './refusal.ts';

/** How long a body may stand still, in milliseconds. */
const STILL_MS = 120_000;

/** Hands a request on and its answer back, each as fast as the other side takes it. */
export function forwardRequest(forwarding: Forwarding, asked: IncomingMessage, answer: ServerResponse): void {
  const { ends, onOutcome } = forwarding;
  const request = askRelay(forwarding, asked);
  answer.on('close', () => request.destroy()); // whoever asked is gone, or has all of it
  request.on('error', (error) => {
    if (answer.destroyed) return;
    if (answer.headersSent) {
      answer.destroy(); // an answer that is cut off must not look whole
      return;
    }
    onOutcome(error);
    refuse(answer, unreachable(ends.relay, error));
  });
  request.on('response', (response) => {
    onOutcome(null);
    response.setTimeout(STILL_MS, () => response.destroy());
    answer.writeHead(response.statusCode ?? 502, response.statusMessage, toAsker(response.rawHeaders, ends));
    pipeline(response, answer, () => {}); // cut off on one side, it is on the other
  });
  asked.on('error', () => {}); // `close` of the answer follows
  asked.pipe(request); // and no pipeline: that would end the asker's connection with the request, before it has its 502
}

export function refuse(answer: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal);
  answer.writeHead(refusal.status, headersOf(refusal, body));
  answer.end(body);
}

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { askRelay, type Forwarding } from './far-side.ts';
import { toAsker, UPGRADE } from './headers.ts';
import { bodyOf, headersOf, headOf, type Refusal, unreachable } from './refusal.ts';

/** How often the system asks a silent connection whether it lives, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/** Opens the websocket at the relay and, once it is open, carries bytes: frames, pings and closes pass as they are. */
export function forwardUpgrade(forwarding: Forwarding, asked: IncomingMessage, client: Duplex, head: Buffer): void {
  const { ends, onOutcome } = forwarding;
  const request = askRelay(forwarding, asked, UPGRADE);
  client.on('close', () => request.destroy());
  request.on('error', (error) => {
    if (client.destroyed) return;
    onOutcome(error);
    refuseUpgrade(client, unreachable(ends.relay, error));
  });
  request.on('upgrade', (answer: IncomingMessage, relay: Socket, first: Buffer) => {
    onOutcome(null);
    relay.on('error', () => {}); // `close` follows
    relay.setNoDelay(true);
    relay.setKeepAlive(true, KEEP_ALIVE_MS);
    client.write(headOf(101, undefined, [...UPGRADE, ...toAsker(answer.rawHeaders, ends)]));
    if (first.length > 0) client.write(first);
    if (head.length > 0) relay.write(head);
    client.pipe(relay).pipe(client);
    client.on('close', () => relay.destroy());
    relay.on('close', () => client.destroy());
  });
  request.on('response', (answer) => {
    onOutcome(null);
    const { statusCode = 502, statusMessage, rawHeaders } = answer;
    client.write(headOf(statusCode, statusMessage, [...toAsker(rawHeaders, ends), 'Connection', 'close']));
    pipeline(answer, client, () => client.destroy());
  });
  request.end();
}

export function refuseUpgrade(client: Duplex, refusal: Refusal): void {
  const body = bodyOf(refusal);
  client.end(headOf(refusal.status, undefined, headersOf(refusal, body)) + body);
}

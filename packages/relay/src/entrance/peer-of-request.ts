import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Guard } from './guard.ts';
import type { Peer } from './peer.ts';

/** Who is asking. */
export function peerOfRequest(guard: Guard, c: Context): Peer {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>; // what @hono/node-server passes; absent without a socket
  return guard.peerOf(incoming ?? { headers: {}, socket: {} });
}

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** Who is asking, as the socket knows it. `X-Forwarded-For` is not believed: anybody can write it. */
export function remoteAddress(c: Context): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>; // what @hono/node-server passes; absent without a socket
  return incoming?.socket.remoteAddress ?? 'unknown';
}

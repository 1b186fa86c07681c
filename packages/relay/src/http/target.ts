import type { Context } from 'hono';

/** What a challenge says it was made for: the address that the device called. */
export function targetOf(c: Context): { origin: string; path: string } {
  const { origin, pathname } = new URL(c.req.url);
  return { origin: origin.slice(0, 256), path: pathname.slice(0, 256) };
}

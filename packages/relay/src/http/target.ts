import type { Context } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import type { Services } from '../services.ts';

/** What a challenge says it was made for: the address that the device called. */
export function targetOf(
  { names, guard }: Pick<Services, 'names' | 'guard'>,
  c: Context,
): { origin: string; path: string } {
  const { host, pathname } = new URL(c.req.url);
  return { origin: names.originFor(host, peerOfRequest(guard, c).scheme), path: pathname.slice(0, 256) };
}

import { Hono } from 'hono';
import type { Services } from '../services.ts';

/** What a monitor asks: whether the process lives, and whether it is of use. */
export function healthRoutes({ switchboard }: Pick<Services, 'switchboard'>): Hono {
  return new Hono()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', (c) => c.json({ status: switchboard.condition }, switchboard.condition === 'ready' ? 200 : 503));
}

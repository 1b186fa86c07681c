import { Hono } from 'hono';
import type { Services } from '../services.ts';

/** What a monitor asks: whether the process lives, and whether it is of use. */
export function healthRoutes({ switchboard, certificate }: Pick<Services, 'switchboard' | 'certificate'>): Hono {
  return new Hono()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', (c) => {
      const { condition } = switchboard;
      const detail = certificate?.trouble ?? undefined; // left out where all is well
      return c.json({ status: condition, detail }, condition === 'ready' ? 200 : 503);
    });
}

import type { ClientList } from '@holdfast/wire';
import { Hono } from 'hono';
import { z } from 'zod';
import { rfc3339 } from '../clock.ts';
import type { Server } from '../servers.ts';
import type { Services } from '../services.ts';
import { requireAccount } from './credentials.ts';
import { Failure } from './failure.ts';

const Page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  order: z.enum(['asc', 'desc']).default('asc'),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
});

/** Who controls a host, and taking that away (docs/protocol.md §2). */
export function environmentRoutes(services: Services): Hono {
  const { servers, devices, switchboard, clientTokens } = services;
  const requireOwn = (environmentId: string, accountId: string): Server => {
    const server = servers.byEnvironment(environmentId);
    if (server === null || server.accountId !== accountId) {
      throw new Failure(404, 'environment_unknown', 'This relay knows no such environment.');
    }
    return server;
  };

  return new Hono()
    .get('wham/remote/control/environments/:environment/clients', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { serverId } = requireOwn(c.req.param('environment'), accountId);
      const page = Page.safeParse(c.req.query());
      if (!page.success)
        throw new Failure(
          400,
          'malformed_query',
          'limit is 1 to 100, order is asc or desc, cursor is one that a page before gave.',
        );
      const { limit, order, cursor } = page.data;
      const found = devices.ofServer(serverId, { limit: limit + 1, order, after: cursor ?? null });
      const shown = found.slice(0, limit);
      const body: ClientList = {
        items: shown.map(({ clientId, description, lastSeenAt }) => ({
          client_id: clientId,
          ...description,
          last_seen_at: rfc3339(lastSeenAt),
        })),
        cursor: found.length > limit ? String(shown.at(-1)?.place) : null,
      };
      return c.json(body);
    })
    .delete('wham/remote/control/environments/:environment/clients/:client', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { serverId } = requireOwn(c.req.param('environment'), accountId);
      const clientId = c.req.param('client');
      if (!devices.isPaired(clientId, serverId)) {
        throw new Failure(
          404,
          'client_unknown',
          'This environment has no such client; it may have been removed already.',
        );
      }
      switchboard.revoke(clientId, serverId, () => {
        devices.unpair(clientId, serverId);
        clientTokens.revokeAll(clientId);
        if (servers.ofClient(clientId).length === 0) devices.remove(clientId);
      });
      return c.json({});
    });
}

import type { ClientList } from '@holdfast/wire';
import { Hono } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { parseRowPlace } from '../paging.ts';
import type { Services } from '../services.ts';
import { clientItem } from './client-item.ts';
import { requireAccount } from './credentials.ts';
import { Failure } from './failure.ts';
import { requireOwnEnvironment } from './own.ts';
import { readPage, toPage } from './paging.ts';

/** Who controls a host, and taking that away (docs/protocol.md §2). */
export function environmentClientRoutes(services: Services): Hono {
  const { servers, devices, switchboard, clientTokens, audit, guard } = services;
  return new Hono()
    .get('wham/remote/control/environments/:environment/clients', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { serverId } = requireOwnEnvironment(servers, c.req.param('environment'), accountId);
      const { limit, order, after } = readPage(c, parseRowPlace);
      const found = devices.ofServer(serverId, { limit: limit + 1, order, after });
      const body: ClientList = toPage(found, limit, { item: clientItem, place: ({ place }) => String(place) });
      return c.json(body);
    })
    .delete('wham/remote/control/environments/:environment/clients/:client', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { serverId } = requireOwnEnvironment(servers, c.req.param('environment'), accountId);
      const clientId = c.req.param('client');
      if (!devices.isPaired(clientId, serverId)) {
        throw new Failure(
          404,
          'client_unknown',
          'This environment has no such client; it may have been removed already.',
        );
      }
      const { address } = peerOfRequest(guard, c);
      const detail = devices.get(clientId)?.description.display_name ?? null;
      switchboard.revoke(clientId, [serverId], () => {
        audit.record({ event: 'client_revoked', address, serverId, clientId, detail });
        devices.unpair(clientId, serverId);
        clientTokens.revokeAll(clientId);
        if (devices.hostsOf(clientId).length === 0) devices.remove(clientId);
      });
      return c.json({});
    });
}

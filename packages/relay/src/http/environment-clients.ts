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
  const { servers, devices, administration, guard } = services;
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
      const server = requireOwnEnvironment(servers, c.req.param('environment'), accountId);
      const device = devices.get(c.req.param('client'));
      if (device === null || !devices.isPaired(device.clientId, server.serverId)) {
        throw new Failure(
          404,
          'client_unknown',
          'This environment has no such client; it may have been removed already.',
        );
      }
      administration.revokeFromHost(device, server, peerOfRequest(guard, c).address);
      return c.json({});
    });
}

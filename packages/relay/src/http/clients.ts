import type { ClientList } from '@holdfast/wire';
import { Hono } from 'hono';
import type { ListedDevice } from '../devices.ts';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { formatMadePlace, parseMadePlace } from '../paging.ts';
import type { Services } from '../services.ts';
import { clientItem } from './client-item.ts';
import { requireAccount } from './credentials.ts';
import { requireOwnClient } from './own.ts';
import { readPage, toPage } from './paging.ts';

/** All devices of an account, whatever they are paired with (docs/protocol.md §5). */
export function clientListRoutes(services: Services): Hono {
  const { devices, switchboard, audit, guard } = services;
  return new Hono()
    .get('wham/remote/control/clients', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { limit, order, after } = readPage(c, parseMadePlace);
      const found = devices.ofAccount(accountId, { limit: limit + 1, order, after });
      const place = ({ place: at, clientId }: ListedDevice) => formatMadePlace({ at, id: clientId });
      const body: ClientList = toPage(found, limit, { item: clientItem, place });
      return c.json(body);
    })
    .delete('wham/remote/control/clients/:client', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { clientId, description } = requireOwnClient(devices, c.req.param('client'), accountId);
      const { address } = peerOfRequest(guard, c);
      switchboard.revoke(clientId, devices.hostsOf(clientId), () => {
        devices.remove(clientId);
        audit.record({ event: 'client_revoked', address, clientId, detail: description.display_name });
      });
      return c.body(null, 204);
    });
}

import { type ClientList, ClientPatch } from '@holdfast/wire';
import { type Context, Hono } from 'hono';
import type { Device, ListedDevice } from '../devices.ts';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { formatMadePlace, parseMadePlace } from '../paging.ts';
import type { Services } from '../services.ts';
import { readBody } from './body.ts';
import { clientItem } from './client-item.ts';
import { requireAccountOrDevice } from './credentials.ts';
import { Failure } from './failure.ts';
import { requireOwnClient } from './own.ts';
import { readPage, toPage } from './paging.ts';

const ONE = 'wham/remote/control/clients/:client';

/**
 * Devices, whatever they are paired with (docs/protocol.md §5): an account's, or, asked by one of them, those that share a host with it.
 * A device may rename and remove itself alone.
 */
export function clientListRoutes(services: Services): Hono {
  const { devices, administration, guard } = services;
  const addressOf = (c: Context) => peerOfRequest(guard, c).address;
  const requireIt = async (c: Context): Promise<Device> => {
    const { accountId, clientId } = await requireAccountOrDevice(services, (name) => c.req.header(name));
    const asked = c.req.param('client') ?? '';
    if (clientId !== null && clientId !== asked) {
      throw new Failure(
        403,
        'client_mismatch',
        'A device may rename and remove itself, and no other. Others are for the account, and for `holdfast clients` on the machine of the relay.',
      );
    }
    return requireOwnClient(devices, asked, accountId);
  };

  return new Hono()
    .get('wham/remote/control/clients', async (c) => {
      const { accountId, clientId } = await requireAccountOrDevice(services, (name) => c.req.header(name));
      const { limit, order, after } = readPage(c, parseMadePlace);
      const query = { limit: limit + 1, order, after };
      const found = clientId === null ? devices.ofAccount(accountId, query) : devices.besideClient(clientId, query);
      const place = ({ place: at, clientId: id }: ListedDevice) => formatMadePlace({ at, id });
      const body: ClientList = toPage(found, limit, { item: clientItem, place });
      return c.json(body);
    })
    .patch(ONE, async (c) => {
      await requireIt(c);
      const { display_name } = await readBody(c, ClientPatch);
      // it may have been removed while the body was read
      administration.renameClient(await requireIt(c), display_name, addressOf(c));
      return c.json(clientItem(await requireIt(c)));
    })
    .delete(ONE, async (c) => {
      administration.revokeClient(await requireIt(c), addressOf(c));
      return c.body(null, 204);
    });
}

import { type DrillList, DrillRequest, paths } from '@holdfast/wire';
import { type Context, Hono } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import type { Services } from '../services.ts';
import { readBody } from './body.ts';
import { requireAccountOrDevice } from './credentials.ts';
import { Failure } from './failure.ts';

interface Asker {
  /** Null for the owner's account. */
  readonly clientId: string | null;
  /** Why it may not start and stop drills; null when it may. */
  readonly refusal: string | null;
}

/** Drills, started and stopped from afar (docs/protocol.md §8): by the owner's account, or by a paired device where that is allowed. */
export function drillRoutes(services: Services): Hono {
  const { drills, accounts, devices, guard } = services;
  const asker = async (c: Context): Promise<Asker> => {
    const { accountId, clientId } = await requireAccountOrDevice(services, (name) => c.req.header(name));
    if (accountId !== accounts.owner.accountId)
      return { clientId, refusal: "Drills are for the account of the relay's owner: they meet everybody." };
    if (drills.permission === 'off')
      return {
        clientId,
        refusal:
          'This relay holds no drills. Whoever runs it allows them with `--drills operator`, and for paired devices with `--drills devices`.',
      };
    if (clientId === null) return { clientId, refusal: null };
    if (drills.permission !== 'devices')
      return {
        clientId,
        refusal:
          'This relay lets no device hold drills, only its operator. Whoever runs it allows them with `--drills devices`.',
      };
    const isPaired = devices.hostsOf(clientId).length > 0;
    return { clientId, refusal: isPaired ? null : 'Drills are for devices that are paired with a host.' };
  };
  const mayDrill = async (c: Context): Promise<Asker> => {
    const found = await asker(c);
    if (found.refusal !== null) throw new Failure(403, 'drills_not_allowed', found.refusal);
    return found;
  };

  return new Hono()
    .get(paths.drills, async (c) => {
      const { refusal } = await asker(c);
      const body: DrillList = { allowed: refusal === null, drills: drills.list() };
      return c.json(body);
    })
    .post(paths.drills, async (c) => {
      await mayDrill(c);
      const request = await readBody(c, DrillRequest);
      const { clientId } = await mayDrill(c); // it may have been removed while the body was read
      const drill = drills.start(request, { address: peerOfRequest(guard, c).address, clientId });
      if (drill === null) throw new Failure(409, 'too_many_drills', 'As many drills as may are under way; stop one.');
      return c.json(drill);
    })
    .delete(`${paths.drills}/:drill`, async (c) => {
      await mayDrill(c);
      if (!drills.stop(c.req.param('drill') ?? ''))
        throw new Failure(404, 'drill_unknown', 'There is no such drill; it may be over.');
      return c.body(null, 204);
    });
}

import { type ControllerGrant, EnrollFinishRequest, paths } from '@holdfast/wire';
import { Hono } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { whenAdmitted } from '../pressure/when-admitted.ts';
import { mintId } from '../secrets.ts';
import type { Services } from '../services.ts';
import { transact } from '../stores/transaction.ts';
import { readBody } from './body.ts';
import { issueChallenge, proofRefused } from './challenge.ts';
import { requireAccount, requireStill } from './credentials.ts';
import { Failure } from './failure.ts';
import { controllerGrant } from './grants.ts';

/** What a device is called that does not say. */
const UNNAMED = { display_name: 'unnamed device' };

/** The account's way in: its token makes a device a controller, which then pairs with hosts (docs/protocol.md §5). */
export function enrollRoutes(services: Services): Hono {
  const { db, challenges, devices, random, audit, guard } = services;
  return new Hono()
    .post(paths.clientEnrollStart, async (c) => {
      const { userId } = await requireAccount(services, (name) => c.req.header(name));
      const clientId = mintId('cli_', random);
      const { address } = peerOfRequest(guard, c);
      const issue = () => issueChallenge(services, c, { accountUserId: userId, clientId, identity: null });
      return c.json(await whenAdmitted(services, 'enroll', `${userId} ${address}`, issue));
    })
    .post(paths.clientEnrollFinish, async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { client_id, device = UNNAMED, device_identity, device_key_proof } = await readBody(c, EnrollFinishRequest);
      await challenges.settle(client_id, device_identity, device_key_proof).catch((error: unknown) => {
        throw proofRefused(error);
      });
      const grant: ControllerGrant = transact(db, () => {
        requireStill(services, accountId);
        if (!devices.accountHasRoom(accountId)) {
          throw new Failure(409, 'too_many_clients', 'The account has as many devices as it may; remove one first.');
        }
        devices.add(client_id, accountId, device_identity, device);
        audit.record({
          event: 'client_enrolled',
          address: peerOfRequest(guard, c).address,
          clientId: client_id,
          detail: device.display_name,
        });
        return controllerGrant(services, { clientId: client_id, accountId });
      });
      return c.json(grant);
    });
}

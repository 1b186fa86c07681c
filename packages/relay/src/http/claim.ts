import { ClaimFinishRequest, type ClaimFinishResponse, paths } from '@holdfast/wire';
import { Hono } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { mintId } from '../secrets.ts';
import type { Services } from '../services.ts';
import { transact } from '../stores/transaction.ts';
import { readBody } from './body.ts';
import { issueChallenge, proofRefused } from './challenge.ts';
import { requireCode } from './codes.ts';
import { Failure } from './failure.ts';
import { controllerGrant } from './grants.ts';

/** A pairing code alone makes a device a controller of one host (docs/protocol.md §8). */
export function claimRoutes(services: Services): Hono {
  const { db, accounts, challenges, devices, pairing, random, audit, guard } = services;
  return new Hono()
    .post(paths.claimStart, async (c) => {
      const clientId = mintId('cli_', random);
      const { userId } = accounts.owner;
      return c.json(await issueChallenge(services, c, { accountUserId: userId, clientId, identity: null }));
    })
    .post(paths.claimFinish, async (c) => {
      const body = await readBody(c, ClaimFinishRequest);
      const { code, server } = requireCode(services, c, body);
      try {
        await challenges.settle(body.client_id, body.device_identity, body.device_key_proof);
      } catch (error) {
        services.tries.wrongProof(pairing.keyOf(body));
        throw proofRefused(error);
      }
      const grant = transact(db, () => {
        if (!devices.hasRoom(server.serverId)) {
          throw new Failure(409, 'too_many_clients', 'This host has as many devices as it may; remove one first.');
        }
        if (!pairing.consume(code)) {
          throw new Failure(
            410,
            'pairing_code_used',
            'Somebody else has just used this code, or it has just expired. `holdfast pair` makes a new one.',
          );
        }
        devices.add(body.client_id, server.accountId, body.device_identity, body.device);
        devices.pair(body.client_id, server.serverId);
        audit.record({
          event: 'client_paired',
          address: peerOfRequest(guard, c).address,
          serverId: server.serverId,
          clientId: body.client_id,
          detail: body.device.display_name,
        });
        return controllerGrant(services, { clientId: body.client_id, accountId: server.accountId });
      });
      const answer: ClaimFinishResponse = { ...grant, environment_id: server.environmentId };
      return c.json(answer);
    });
}

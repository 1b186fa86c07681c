import {
  ClientPairRequest,
  type ClientPairResponse,
  headers,
  paths,
  RefreshFinishRequest,
  RefreshStartRequest,
  TicketRequest,
  type TicketResponse,
} from '@holdfast/wire';
import { type Context, Hono } from 'hono';
import { rfc3339 } from '../clock.ts';
import type { Device } from '../devices.ts';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { whenAdmitted } from '../pressure/when-admitted.ts';
import type { Services } from '../services.ts';
import { transact } from '../stores/transaction.ts';
import { readBody } from './body.ts';
import { issueChallenge, proofRefused } from './challenge.ts';
import { requireCode } from './codes.ts';
import { bearerOf, requireAccount, requireController, requireSelfOrAccount } from './credentials.ts';
import { Failure } from './failure.ts';
import { controllerGrant } from './grants.ts';

/** What controllers ask for (docs/protocol.md §5, §8). */
export function clientRoutes(services: Services): Hono {
  const { db, accounts, challenges, devices, pairing, tickets, audit, guard } = services;

  const requireDevice = (clientId: string): Device => {
    const device = devices.get(clientId);
    if (device !== null) return device;
    throw new Failure(
      403,
      'client_revoked',
      'This device is not, or no longer, a controller here. Pair it again with a new code.',
    );
  };
  const bearer = (c: Context) => bearerOf(c.req.header('authorization'));
  /** On a relay of one's own the device key is enough; but an account that is named must be the device's. */
  const accountOf = async (c: Context): Promise<string | null> => {
    if (c.req.header(headers.accountId) === undefined) return null;
    return (await requireAccount(services, (name) => c.req.header(name))).accountId;
  };
  const requireDeviceOf = (accountId: string | null, clientId: string): Device => {
    const device = requireDevice(clientId);
    if (accountId === null || accountId === device.accountId) return device;
    throw new Failure(403, 'account_mismatch', 'This device belongs to another account.');
  };

  return new Hono()
    .post(paths.clientRefreshStart, async (c) => {
      const accountId = await accountOf(c);
      const { client_id } = await readBody(c, RefreshStartRequest);
      const { accountId: owner } = requireDeviceOf(accountId, client_id);
      const issue = () => {
        const { identity } = requireDevice(client_id); // it may have been removed meanwhile
        const accountUserId = accounts.userOf(owner);
        return issueChallenge(services, c, { accountUserId, clientId: client_id, identity });
      };
      return c.json(await whenAdmitted(services, 'refresh', client_id, issue));
    })
    .post(paths.clientRefreshFinish, async (c) => {
      const accountId = await accountOf(c);
      const { client_id, device_key_proof } = await readBody(c, RefreshFinishRequest);
      const { identity } = requireDeviceOf(accountId, client_id);
      try {
        await challenges.settle(client_id, identity, device_key_proof);
      } catch (error) {
        throw proofRefused(error);
      }
      const device = requireDevice(client_id); // it may have been removed while its signature was looked at
      devices.seen(client_id);
      return c.json(controllerGrant(services, device));
    })
    .post(paths.clientPair, async (c) => {
      const body = await readBody(c, ClientPairRequest);
      await requireSelfOrAccount(services, (name) => c.req.header(name), body.client_id);
      const { accountId } = requireDevice(body.client_id);
      const { code, server } = requireCode(services, c, body);
      if (server.accountId !== accountId) {
        throw new Failure(
          403,
          'account_mismatch',
          'The host of this code belongs to another account than this device. Claim the code instead: that makes it a device of that account.',
        );
      }
      transact(db, () => {
        if (!devices.hasRoom(server.serverId)) {
          throw new Failure(409, 'too_many_clients', 'This host has as many devices as it may; remove one first.');
        }
        if (!pairing.consume(code))
          throw new Failure(410, 'pairing_code_used', 'This code has just been used or has just expired.');
        devices.pair(body.client_id, server.serverId);
        audit.record({
          event: 'client_paired',
          address: peerOfRequest(guard, c).address,
          serverId: server.serverId,
          clientId: body.client_id,
          detail: devices.get(body.client_id)?.description.display_name ?? null,
        });
      });
      const answer: ClientPairResponse = { environment_id: server.environmentId };
      return c.json(answer);
    })
    .post(paths.clientTicket, async (c) => {
      const token = requireController(services, bearer(c));
      const { session = null } = await readBody(c, TicketRequest);
      const { ticket, expiresAt } = tickets.issue({ token, session });
      const answer: TicketResponse = { ticket, expires_at: rfc3339(expiresAt) };
      return c.json(answer);
    });
}

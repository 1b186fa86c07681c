import {
  CodeChoice,
  EnrollRequest,
  PairRequest,
  type PairResponse,
  type PairStatusResponse,
  paths,
  RefreshRequest,
  type ServerGrant,
} from '@holdfast/wire';
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { rfc3339 } from '../clock.ts';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { whenAdmitted } from '../pressure/when-admitted.ts';
import type { Server } from '../servers.ts';
import type { Services } from '../services.ts';
import { transact } from '../stores/transaction.ts';
import { readBody } from './body.ts';
import { requireAccount, requireServer, requireStill } from './credentials.ts';
import { Failure, serverNotFound } from './failure.ts';

/** What hosts ask for (docs/protocol.md §2). */
export function serverRoutes(services: Services): Hono {
  const { db, servers, serverTokens, pairing, audit, guard } = services;
  const addressOf = (c: Context) => peerOfRequest(guard, c).address;
  const grant = ({ serverId, environmentId }: Server): ServerGrant => {
    const { token, expiresAt } = serverTokens.mint(serverId);
    return {
      server_id: serverId,
      environment_id: environmentId,
      remote_control_token: token,
      expires_at: rfc3339(expiresAt),
    };
  };

  const requireOwnServer = (accountId: string, asked: z.infer<typeof RefreshRequest>): Server => {
    const server = servers.get(asked.server_id);
    if (server === null || server.accountId !== accountId) throw serverNotFound();
    if (server.installationId === asked.installation_id) return server;
    throw new Failure(403, 'installation_mismatch', 'This server belongs to another installation.');
  };

  return new Hono()
    .post(paths.serverEnroll, async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const body = await readBody(c, EnrollRequest);
      const enroll = () => {
        requireStill(services, accountId);
        const server = servers.enroll(accountId, body);
        if (server === null)
          throw new Failure(409, 'too_many_servers', 'The account has as many hosts as it may; remove one first.');
        audit.record({ event: 'host_enrolled', address: addressOf(c), serverId: server.serverId });
        return grant(server);
      };
      const key = `${accountId} ${body.installation_id}`;
      return c.json(await whenAdmitted(services, 'enroll', key, () => transact(db, enroll)));
    })
    .post(paths.serverRefresh, async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const body = await readBody(c, RefreshRequest);
      const { serverId } = requireOwnServer(accountId, body);
      const refresh = () => {
        const server = requireOwnServer(accountId, body); // it may have been removed meanwhile
        servers.seen(serverId);
        return grant(server);
      };
      return c.json(await whenAdmitted(services, 'refresh', serverId, refresh));
    })
    .post(paths.serverPair, async (c) => {
      const server = requireServer(services, (name) => c.req.header(name));
      const { manual_code } = await readBody(c, PairRequest);
      const { code, manualCode, expiresAt } = transact(db, () => {
        audit.record({ event: 'pairing_code_made', address: addressOf(c), serverId: server.serverId });
        return pairing.create(server.serverId, manual_code);
      });
      const body: PairResponse = {
        pairing_code: code,
        manual_pairing_code: manualCode,
        server_id: server.serverId,
        environment_id: server.environmentId,
        expires_at: rfc3339(expiresAt),
      };
      return c.json(body);
    })
    .post(paths.serverPairStatus, async (c) => {
      const server = requireServer(services, (name) => c.req.header(name));
      const found = pairing.find(await readBody(c, CodeChoice));
      if (found === null || found.serverId !== server.serverId) {
        throw new Failure(
          404,
          'pairing_code_unknown',
          'No such pairing code, or it has expired. `holdfast pair` makes a new one.',
        );
      }
      const body: PairStatusResponse = { claimed: found.claimed };
      return c.json(body);
    });
}

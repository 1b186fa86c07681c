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
import { Hono } from 'hono';
import { rfc3339 } from '../clock.ts';
import type { Server } from '../servers.ts';
import type { Services } from '../services.ts';
import { readBody } from './body.ts';
import { requireAccount, requireServer } from './credentials.ts';
import { Failure, serverNotFound } from './failure.ts';

/** What hosts ask for (docs/protocol.md §2). */
export function serverRoutes(services: Services): Hono {
  const { servers, serverTokens, pairing } = services;
  const grant = ({ serverId, environmentId }: Server): ServerGrant => {
    const { token, expiresAt } = serverTokens.mint(serverId);
    return {
      server_id: serverId,
      environment_id: environmentId,
      remote_control_token: token,
      expires_at: rfc3339(expiresAt),
    };
  };

  return new Hono()
    .post(paths.serverEnroll, async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const server = servers.enroll(accountId, await readBody(c, EnrollRequest));
      if (server === null)
        throw new Failure(409, 'too_many_servers', 'The account has as many hosts as it may; remove one first.');
      return c.json(grant(server));
    })
    .post(paths.serverRefresh, async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const body = await readBody(c, RefreshRequest);
      const server = servers.get(body.server_id);
      if (server === null || server.accountId !== accountId) throw serverNotFound();
      if (server.installationId !== body.installation_id) {
        throw new Failure(403, 'installation_mismatch', 'This server belongs to another installation.');
      }
      servers.seen(server.serverId);
      return c.json(grant(server));
    })
    .post(paths.serverPair, async (c) => {
      const server = requireServer(services, (name) => c.req.header(name));
      const { manual_code } = await readBody(c, PairRequest);
      const { code, manualCode, expiresAt } = pairing.create(server.serverId, manual_code);
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

import { type EnvironmentItem, type EnvironmentList, EnvironmentPatch } from '@holdfast/wire';
import { type Context, Hono } from 'hono';
import { rfc3339, rfc3339OrNull } from '../clock.ts';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import { formatMadePlace, parseMadePlace, parseRowPlace } from '../paging.ts';
import type { Presence } from '../presence/presence.ts';
import type { Server } from '../servers.ts';
import type { Services } from '../services.ts';
import { readBody } from './body.ts';
import { requireAccount, requireSelfOrAccount } from './credentials.ts';
import { requireOwnEnvironment } from './own.ts';
import { readPage, toPage } from './paging.ts';

const ONE = 'codex/remote/control/environments/:environment';

/** The hosts as controllers see them (docs/protocol.md §5). */
export function environmentRoutes(services: Services): Hono {
  const { servers, presence, administration, guard } = services;
  const addressOf = (c: Context) => peerOfRequest(guard, c).address;
  const item = (server: Server) => environmentItem(server, presence);
  const requireOwn = async (c: Context): Promise<Server> => {
    const { accountId } = await requireAccount(services, (name) => c.req.header(name));
    return requireOwnEnvironment(servers, c.req.param('environment') ?? '', accountId);
  };

  return new Hono()
    .get('codex/remote/control/environments', async (c) => {
      const { accountId } = await requireAccount(services, (name) => c.req.header(name));
      const { limit, order, after } = readPage(c, parseMadePlace);
      const found = servers.ofAccount(accountId, { limit: limit + 1, order, after });
      const place = ({ createdAt, serverId }: Server) => formatMadePlace({ at: createdAt, id: serverId });
      const answer: EnvironmentList = toPage(found, limit, { item, place });
      return c.json(answer);
    })
    .get('codex/remote/control/clients/:client/environments', async (c) => {
      const clientId = c.req.param('client');
      await requireSelfOrAccount(services, (name) => c.req.header(name), clientId);
      const { limit, order, after } = readPage(c, parseRowPlace);
      const found = servers.ofClient(clientId, { limit: limit + 1, order, after });
      const answer: EnvironmentList = toPage(found, limit, { item, place: ({ place }) => String(place) });
      return c.json(answer);
    })
    .get(ONE, async (c) => c.json(item(await requireOwn(c))))
    .patch(ONE, async (c) => {
      await requireOwn(c);
      const { display_name } = await readBody(c, EnvironmentPatch);
      // it may have been removed while the body was read
      administration.renameEnvironment(await requireOwn(c), display_name, addressOf(c));
      return c.json(item(await requireOwn(c)));
    })
    .delete(ONE, async (c) => {
      administration.removeEnvironment(await requireOwn(c), addressOf(c));
      return c.body(null, 204);
    });
}

function environmentItem(server: Server, presence: Presence): EnvironmentItem {
  const { online, busy, lastSeenAt, answeredAt, offlineSince, offlineReason } = presence.of(server);
  return {
    env_id: server.environmentId,
    kind: 'host',
    display_name: server.displayName ?? server.name,
    host_name: server.name,
    online,
    busy,
    os: server.os,
    arch: server.arch,
    app_server_version: server.appServerVersion,
    installation_id: server.installationId,
    last_seen_at: rfc3339(lastSeenAt),
    holdfast: {
      answered_at: rfc3339OrNull(answeredAt),
      offline_since: rfc3339OrNull(offlineSince),
      offline_reason: offlineReason,
    },
  };
}

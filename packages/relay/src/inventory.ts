import type { DatabaseSync } from 'node:sqlite';
import { rfc3339, rfc3339OrNull } from './clock.ts';
import type { Sighting } from './presence/presence.ts';
import type { Server } from './servers.ts';
import { integer, integerOrNull, text, textOrNull } from './stores/row.ts';

/** An account, as lists show it. Times are RFC 3339. */
export interface AccountSummary {
  readonly accountId: string;
  readonly name: string | null;
  /** The relay's own account, made with its database. */
  readonly isOwner: boolean;
  readonly createdAt: string;
  /** How many account tokens are valid. */
  readonly tokens: number;
  /** When the newest of them was made; null where there is none. */
  readonly newestTokenAt: string | null;
  readonly environments: number;
  readonly clients: number;
}

/** A host, as lists show it. */
export interface EnvironmentSummary {
  readonly environmentId: string;
  readonly accountId: string;
  /** What a person calls it, else its own name. */
  readonly displayName: string;
  readonly hostName: string;
  readonly os: string;
  readonly arch: string;
  readonly appServerVersion: string;
  readonly enrolledAt: string;
  readonly lastSeenAt: string;
  /** How many devices control it. */
  readonly clients: number;
  /** It answered a probe lately. */
  readonly online: boolean;
  /** A stream is open on it. */
  readonly busy: boolean;
  readonly answeredAt: string | null;
  /** Both null while it is online. */
  readonly offlineSince: string | null;
  readonly offlineReason: string | null;
}

/** A device, as lists show it. */
export interface ClientSummary {
  readonly clientId: string;
  readonly accountId: string;
  readonly displayName: string;
  readonly deviceType: string | null;
  readonly platform: string | null;
  readonly osVersion: string | null;
  readonly appVersion: string | null;
  readonly addedAt: string;
  readonly lastSeenAt: string;
  /** The hosts that it controls. */
  readonly environmentIds: readonly string[];
  /** How many links it has at this moment. */
  readonly links: number;
}

/** The oldest first. */
export function listAccounts(db: DatabaseSync, ownerId: string): AccountSummary[] {
  const rows = db
    .prepare(
      `SELECT accounts.*,
         (SELECT count(*) FROM account_tokens WHERE account_id = accounts.account_id) AS tokens,
         (SELECT max(created_at) FROM account_tokens WHERE account_id = accounts.account_id) AS newest,
         (SELECT count(*) FROM servers WHERE account_id = accounts.account_id) AS environments,
         (SELECT count(*) FROM clients WHERE account_id = accounts.account_id) AS clients
       FROM accounts ORDER BY created_at, rowid`,
    )
    .all();
  return rows.map((row) => ({
    accountId: text(row, 'account_id'),
    name: textOrNull(row, 'name'),
    isOwner: text(row, 'account_id') === ownerId,
    createdAt: rfc3339(integer(row, 'created_at')),
    tokens: integer(row, 'tokens'),
    newestTokenAt: rfc3339OrNull(integerOrNull(row, 'newest')),
    environments: integer(row, 'environments'),
    clients: integer(row, 'clients'),
  }));
}

export function listEnvironments(
  db: DatabaseSync,
  servers: readonly Server[],
  sightingOf: (server: Server) => Sighting,
): EnvironmentSummary[] {
  const count = db.prepare('SELECT count(*) AS clients FROM pairings WHERE server_id = ?');
  return servers.map((server) => {
    const { online, busy, lastSeenAt, answeredAt, offlineSince, offlineReason } = sightingOf(server);
    const counted = count.get(server.serverId);
    return {
      environmentId: server.environmentId,
      accountId: server.accountId,
      displayName: server.displayName ?? server.name,
      hostName: server.name,
      os: server.os,
      arch: server.arch,
      appServerVersion: server.appServerVersion,
      enrolledAt: rfc3339(server.createdAt),
      lastSeenAt: rfc3339(lastSeenAt),
      clients: counted === undefined ? 0 : integer(counted, 'clients'),
      online,
      busy,
      answeredAt: rfc3339OrNull(answeredAt),
      offlineSince: rfc3339OrNull(offlineSince),
      offlineReason,
    };
  });
}

/** In the order of coming. */
export function listClients(db: DatabaseSync, linksOf: (clientId: string) => number): ClientSummary[] {
  const environments = db.prepare(
    'SELECT environment_id FROM pairings JOIN servers USING (server_id) WHERE client_id = ? ORDER BY pairings.id',
  );
  return db
    .prepare('SELECT * FROM clients ORDER BY created_at, client_id')
    .all()
    .map((row) => ({
      clientId: text(row, 'client_id'),
      accountId: text(row, 'account_id'),
      displayName: text(row, 'display_name'),
      deviceType: textOrNull(row, 'device_type'),
      platform: textOrNull(row, 'platform'),
      osVersion: textOrNull(row, 'os_version'),
      appVersion: textOrNull(row, 'app_version'),
      addedAt: rfc3339(integer(row, 'created_at')),
      lastSeenAt: rfc3339(integer(row, 'last_seen_at')),
      environmentIds: environments.all(text(row, 'client_id')).map((pairing) => text(pairing, 'environment_id')),
      links: linksOf(text(row, 'client_id')),
    }));
}

import type { DatabaseSync } from 'node:sqlite';
import { rfc3339 } from './clock.ts';
import { integer, text, textOrNull } from './stores/row.ts';

/** An account, as lists show it. Times are RFC 3339. */
export interface AccountSummary {
  readonly accountId: string;
  readonly createdAt: string;
  /** How many account tokens are valid. */
  readonly tokens: number;
  /** When the newest of them was made; null where there is none. */
  readonly newestTokenAt: string | null;
}

/** A host, as lists show it. */
export interface EnvironmentSummary {
  readonly environmentId: string;
  /** What a person calls it, else its own name. */
  readonly displayName: string;
  readonly hostName: string;
  readonly os: string;
  readonly arch: string;
  readonly appServerVersion: string;
  readonly enrolledAt: string;
  /** While it is connected, at most a minute ago. */
  readonly lastSeenAt: string;
  /** How many devices control it. */
  readonly clients: number;
}

/** A device, as lists show it. */
export interface ClientSummary {
  readonly clientId: string;
  readonly displayName: string;
  readonly deviceType: string | null;
  readonly platform: string | null;
  readonly osVersion: string | null;
  readonly appVersion: string | null;
  readonly addedAt: string;
  readonly lastSeenAt: string;
  /** The hosts that it controls. */
  readonly environmentIds: readonly string[];
}

export function listAccounts(db: DatabaseSync): AccountSummary[] {
  const rows = db
    .prepare(
      `SELECT account_id, accounts.created_at, count(account_tokens.id) AS tokens, max(account_tokens.created_at) AS newest
       FROM accounts LEFT JOIN account_tokens USING (account_id) GROUP BY account_id ORDER BY accounts.created_at`,
    )
    .all();
  return rows.map((row) => ({
    accountId: text(row, 'account_id'),
    createdAt: rfc3339(integer(row, 'created_at')),
    tokens: integer(row, 'tokens'),
    newestTokenAt: row['newest'] === null ? null : rfc3339(integer(row, 'newest')),
  }));
}

export function listEnvironments(db: DatabaseSync): EnvironmentSummary[] {
  const rows = db
    .prepare(
      `SELECT *, (SELECT count(*) FROM pairings WHERE pairings.server_id = servers.server_id) AS clients
       FROM servers ORDER BY created_at, server_id`,
    )
    .all();
  return rows.map((row) => ({
    environmentId: text(row, 'environment_id'),
    displayName: textOrNull(row, 'display_name') ?? text(row, 'name'),
    hostName: text(row, 'name'),
    os: text(row, 'os'),
    arch: text(row, 'arch'),
    appServerVersion: text(row, 'app_server_version'),
    enrolledAt: rfc3339(integer(row, 'created_at')),
    lastSeenAt: rfc3339(integer(row, 'last_seen_at')),
    clients: integer(row, 'clients'),
  }));
}

export function listClients(db: DatabaseSync): ClientSummary[] {
  const environments = db.prepare(
    'SELECT environment_id FROM pairings JOIN servers USING (server_id) WHERE client_id = ? ORDER BY pairings.id',
  );
  return db
    .prepare('SELECT * FROM clients ORDER BY created_at, client_id')
    .all()
    .map((row) => ({
      clientId: text(row, 'client_id'),
      displayName: text(row, 'display_name'),
      deviceType: textOrNull(row, 'device_type'),
      platform: textOrNull(row, 'platform'),
      osVersion: textOrNull(row, 'os_version'),
      appVersion: textOrNull(row, 'app_version'),
      addedAt: rfc3339(integer(row, 'created_at')),
      lastSeenAt: rfc3339(integer(row, 'last_seen_at')),
      environmentIds: environments.all(text(row, 'client_id')).map((pairing) => text(pairing, 'environment_id')),
    }));
}

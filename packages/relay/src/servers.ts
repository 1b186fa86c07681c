import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EnrollRequest } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import type { MadePlace, PageQuery } from './paging.ts';
import { mintId, type RandomBytes } from './secrets.ts';
import { integer, integerOrNull, type Row, text, textOrNull } from './stores/row.ts';

/** Hosts of one account. */
const MAX_SERVERS = 1_000;

export interface Server {
  readonly serverId: string;
  readonly environmentId: string;
  readonly accountId: string;
  readonly installationId: string;
  readonly name: string;
  readonly os: string;
  readonly arch: string;
  readonly appServerVersion: string;
  /** What a person calls it; null while that is `name`. */
  readonly displayName: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** When it last answered a probe, as far as that was written down; null if it never did. */
  readonly answeredAt: number | null;
  /** Since when and why it is not reached; null while it is, and after a relay that ended without a word. */
  readonly offlineSince: number | null;
  readonly offlineReason: string | null;
}

/** What becomes of a host whose link is gone. */
export interface Departure {
  readonly since: number;
  readonly reason: string;
  /** Null if it answered nothing on that link. */
  readonly answeredAt: number | null;
}

export interface ListedServer extends Server {
  /** Where the list goes on after it. */
  readonly place: number;
}

/** The hosts that this relay knows: a "server" to them, an "environment" to controllers. */
export class Servers {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #get: StatementSync;
  readonly #has: StatementSync;
  readonly #seen: StatementSync;
  readonly #cameOnline: StatementSync;
  readonly #saveSighting: StatementSync;

  constructor({ db, clock, random }: { db: DatabaseSync; clock: Clock; random: RandomBytes }) {
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
    this.#get = db.prepare('SELECT * FROM servers WHERE server_id = ?');
    this.#has = db.prepare('SELECT 1 FROM servers WHERE server_id = ?');
    this.#seen = db.prepare('UPDATE servers SET last_seen_at = max(last_seen_at, ?) WHERE server_id = ?');
    this.#cameOnline = db.prepare(
      `UPDATE servers SET answered_at = ?1, last_seen_at = max(last_seen_at, ?1), offline_since = NULL, offline_reason = NULL
       WHERE server_id = ?2`,
    );
    this.#saveSighting = db.prepare(
      'UPDATE servers SET last_seen_at = max(last_seen_at, ?), answered_at = coalesce(?, answered_at) WHERE server_id = ?',
    );
  }

  /** The same installation gets the same ids again. Null when the account has as many hosts as it may. */
  enroll(accountId: string, body: EnrollRequest): Server | null {
    const now = this.#clock.wall();
    const known = this.#db
      .prepare('SELECT server_id FROM servers WHERE account_id = ? AND installation_id = ?')
      .get(accountId, body.installation_id);
    if (known === undefined && this.#count(accountId) >= MAX_SERVERS) return null;
    const serverId = known === undefined ? mintId('srv_', this.#random) : text(known, 'server_id');
    this.#db
      .prepare(
        `INSERT INTO servers (server_id, environment_id, account_id, installation_id, name, os, arch, app_server_version, created_at, last_seen_at)
         VALUES (:id, :env, :account, :installation, :name, :os, :arch, :version, :now, :now)
         ON CONFLICT (server_id) DO UPDATE SET name = :name, os = :os, arch = :arch, app_server_version = :version, last_seen_at = :now`,
      )
      .run({
        id: serverId,
        env: mintId('env_', this.#random),
        account: accountId,
        installation: body.installation_id,
        name: body.name,
        os: body.os,
        arch: body.arch,
        version: body.app_server_version,
        now,
      });
    return this.get(serverId);
  }

  get(serverId: string): Server | null {
    return read(this.#get.get(serverId));
  }

  /** Whether it is known, without reading what is known of it. */
  has(serverId: string): boolean {
    return this.#has.get(serverId) !== undefined;
  }

  byEnvironment(environmentId: string): Server | null {
    return read(this.#db.prepare('SELECT * FROM servers WHERE environment_id = ?').get(environmentId));
  }

  /** A page of the hosts that a client is paired with, in the order of pairing. */
  ofClient(clientId: string, { limit, order, after }: PageQuery<number>): ListedServer[] {
    const beyond = order === 'asc' ? '>' : '<';
    return this.#db
      .prepare(
        `SELECT servers.*, pairings.id AS place FROM pairings JOIN servers USING (server_id)
         WHERE client_id = :client AND pairings.id ${beyond} :after ORDER BY pairings.id ${order} LIMIT :limit`,
      )
      .all({ client: clientId, after: after ?? (order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER), limit })
      .map((row) => ({ ...toServer(row), place: integer(row, 'place') }));
  }

  /** A page of all hosts of an account, in the order of enrolling. */
  ofAccount(accountId: string, { limit, order, after }: PageQuery<MadePlace>): Server[] {
    const { at, id } = after ?? (order === 'asc' ? { at: 0, id: '' } : { at: Number.MAX_SAFE_INTEGER, id: '' });
    const beyond = order === 'asc' ? '>' : '<';
    return this.#db
      .prepare(
        `SELECT * FROM servers WHERE account_id = :account AND (created_at, server_id) ${beyond} (:at, :id)
         ORDER BY created_at ${order}, server_id ${order} LIMIT :limit`,
      )
      .all({ account: accountId, at, id, limit })
      .map(toServer);
  }

  /** The server_id of each host of an account. */
  idsOf(accountId: string): string[] {
    return this.#db
      .prepare('SELECT server_id FROM servers WHERE account_id = ?')
      .all(accountId)
      .map((row) => text(row, 'server_id'));
  }

  /** All hosts, in the order of enrolling. */
  all(): Server[] {
    return this.#db.prepare('SELECT * FROM servers ORDER BY created_at, server_id').all().map(toServer);
  }

  rename(serverId: string, displayName: string): void {
    this.#db.prepare('UPDATE servers SET display_name = ? WHERE server_id = ?').run(displayName, serverId);
  }

  /** With its tokens, codes and pairings. */
  remove(serverId: string): void {
    this.#db.prepare('DELETE FROM servers WHERE server_id = ?').run(serverId);
  }

  seen(serverId: string): void {
    this.#seen.run(this.#clock.wall(), serverId);
  }

  /** Of each host that is linked, now and then: as many at once as there are. */
  saveSighting(serverId: string, { lastSeenAt, answeredAt }: Pick<Server, 'lastSeenAt' | 'answeredAt'>): void {
    this.#saveSighting.run(lastSeenAt, answeredAt, serverId);
  }

  cameOnline(serverId: string, answeredAt: number): void {
    this.#cameOnline.run(answeredAt, serverId);
  }

  wentOffline(serverId: string, { since, reason, answeredAt }: Departure): void {
    this.#db
      .prepare(
        'UPDATE servers SET offline_since = ?, offline_reason = ?, answered_at = coalesce(?, answered_at) WHERE server_id = ?',
      )
      .run(since, reason, answeredAt, serverId);
  }

  #count(accountId: string): number {
    const row = this.#db.prepare('SELECT count(*) AS n FROM servers WHERE account_id = ?').get(accountId);
    return row === undefined ? 0 : integer(row, 'n');
  }
}

function read(row: Row | undefined): Server | null {
  return row === undefined ? null : toServer(row);
}

function toServer(row: Row): Server {
  return {
    serverId: text(row, 'server_id'),
    environmentId: text(row, 'environment_id'),
    accountId: text(row, 'account_id'),
    installationId: text(row, 'installation_id'),
    name: text(row, 'name'),
    os: text(row, 'os'),
    arch: text(row, 'arch'),
    appServerVersion: text(row, 'app_server_version'),
    displayName: textOrNull(row, 'display_name'),
    createdAt: integer(row, 'created_at'),
    lastSeenAt: integer(row, 'last_seen_at'),
    answeredAt: integerOrNull(row, 'answered_at'),
    offlineSince: integerOrNull(row, 'offline_since'),
    offlineReason: textOrNull(row, 'offline_reason'),
  };
}

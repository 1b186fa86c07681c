import type { DatabaseSync } from 'node:sqlite';
import type { EnrollRequest } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import { mintId, type RandomBytes } from './secrets.ts';
import { integer, type Row, text } from './stores/row.ts';

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
  readonly lastSeenAt: number;
}

/** The hosts that this relay knows: a "server" to them, an "environment" to controllers. */
export class Servers {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #random: RandomBytes;

  constructor({ db, clock, random }: { db: DatabaseSync; clock: Clock; random: RandomBytes }) {
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
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
        `INSERT INTO servers VALUES (:id, :env, :account, :installation, :name, :os, :arch, :version, :now, :now)
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
    return read(this.#db.prepare('SELECT * FROM servers WHERE server_id = ?').get(serverId));
  }

  byEnvironment(environmentId: string): Server | null {
    return read(this.#db.prepare('SELECT * FROM servers WHERE environment_id = ?').get(environmentId));
  }

  /** The hosts that a client is paired with, the oldest first. */
  ofClient(clientId: string): Server[] {
    return this.#db
      .prepare('SELECT servers.* FROM pairings JOIN servers USING (server_id) WHERE client_id = ? ORDER BY pairings.id')
      .all(clientId)
      .map(toServer);
  }

  seen(serverId: string): void {
    this.#db.prepare('UPDATE servers SET last_seen_at = ? WHERE server_id = ?').run(this.#clock.wall(), serverId);
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
    lastSeenAt: integer(row, 'last_seen_at'),
  };
}

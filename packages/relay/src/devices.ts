import type { DatabaseSync } from 'node:sqlite';
import { DEVICE_KEY_ALGORITHM, type DeviceDescription, type DeviceIdentity } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import type { MadePlace, PageQuery } from './paging.ts';
import { integer, type Row, text, textOrNull } from './stores/row.ts';

/** Devices that may control one host. */
const MAX_CLIENTS = 1_000;
/** Devices of one account. */
const MAX_OF_ACCOUNT = 10_000;

export interface Device {
  readonly clientId: string;
  readonly accountId: string;
  readonly identity: DeviceIdentity;
  readonly description: { readonly [K in keyof DeviceDescription]: string | null };
  readonly lastSeenAt: number;
}

export interface ListedDevice extends Device {
  /** Where the list goes on after it. */
  readonly place: number;
}

/** The devices that control hosts, their keys, and which host each may reach. */
export class Devices {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  /** Asked for every envelope. Emptied whenever a pairing comes or goes. */
  readonly #routes = new Map<string, string>();

  constructor({ db, clock }: { db: DatabaseSync; clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
  }

  get(clientId: string): Device | null {
    const row = this.#db.prepare('SELECT * FROM clients WHERE client_id = ?').get(clientId);
    return row === undefined ? null : toDevice(row);
  }

  add(clientId: string, accountId: string, identity: DeviceIdentity, device: DeviceDescription): void {
    const now = this.#clock.wall();
    this.#db
      .prepare('INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        clientId,
        accountId,
        identity.key_id,
        identity.public_key_spki_der_base64,
        identity.protection_class,
        device.display_name,
        device.device_type ?? null,
        device.platform ?? null,
        device.os_version ?? null,
        device.device_model ?? null,
        device.app_version ?? null,
        now,
        now,
      );
  }

  rename(clientId: string, displayName: string): void {
    this.#db.prepare('UPDATE clients SET display_name = ? WHERE client_id = ?').run(displayName, clientId);
  }

  /** The client_id of each device of an account. */
  idsOf(accountId: string): string[] {
    return this.#db
      .prepare('SELECT client_id FROM clients WHERE account_id = ?')
      .all(accountId)
      .map((row) => text(row, 'client_id'));
  }

  /** Devices that did not come since a moment, those that came longest ago first. `paired` null: none of those that are paired with a host. */
  idleSince({ paired, unpaired, limit }: { paired: number | null; unpaired: number; limit: number }): Device[] {
    return this.#db
      .prepare(
        `SELECT * FROM clients WHERE last_seen_at < coalesce(:paired, 0)
           OR (last_seen_at < :unpaired AND client_id NOT IN (SELECT client_id FROM pairings))
         ORDER BY last_seen_at LIMIT :limit`,
      )
      .all({ paired, unpaired, limit })
      .map(toDevice);
  }

  remove(clientId: string): void {
    this.#routes.clear();
    this.#db.prepare('DELETE FROM clients WHERE client_id = ?').run(clientId);
  }

  seen(clientId: string): void {
    this.#db.prepare('UPDATE clients SET last_seen_at = ? WHERE client_id = ?').run(this.#clock.wall(), clientId);
  }

  pair(clientId: string, serverId: string): void {
    this.#routes.clear();
    this.#db
      .prepare('INSERT INTO pairings (server_id, client_id) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(serverId, clientId);
  }

  /** Whether it was paired. */
  unpair(clientId: string, serverId: string): boolean {
    this.#routes.clear();
    return (
      this.#db.prepare('DELETE FROM pairings WHERE client_id = ? AND server_id = ?').run(clientId, serverId).changes > 0
    );
  }

  unpairAll(serverId: string): void {
    this.#routes.clear();
    this.#db.prepare('DELETE FROM pairings WHERE server_id = ?').run(serverId);
  }

  /** The server_id of each host that it is paired with. */
  hostsOf(clientId: string): string[] {
    return this.#db
      .prepare('SELECT server_id FROM pairings WHERE client_id = ?')
      .all(clientId)
      .map((row) => text(row, 'server_id'));
  }

  isPaired(clientId: string, serverId: string): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM pairings WHERE client_id = ? AND server_id = ?').get(clientId, serverId) !==
      undefined
    );
  }

  /** The host behind an environment, if this client may reach it. */
  route(clientId: string, environmentId: string): string | null {
    const key = `${clientId} ${environmentId}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const row = this.#db
      .prepare(
        'SELECT server_id FROM pairings JOIN servers USING (server_id) WHERE client_id = ? AND environment_id = ?',
      )
      .get(clientId, environmentId);
    if (row === undefined) return null;
    const serverId = text(row, 'server_id');
    this.#routes.set(key, serverId);
    return serverId;
  }

  hasRoom(serverId: string): boolean {
    const row = this.#db.prepare('SELECT count(*) AS n FROM pairings WHERE server_id = ?').get(serverId);
    return row === undefined || integer(row, 'n') < MAX_CLIENTS;
  }

  accountHasRoom(accountId: string): boolean {
    const row = this.#db.prepare('SELECT count(*) AS n FROM clients WHERE account_id = ?').get(accountId);
    return row === undefined || integer(row, 'n') < MAX_OF_ACCOUNT;
  }

  /** A page of all devices of an account, in the order of coming. */
  ofAccount(accountId: string, { limit, order, after }: PageQuery<MadePlace>): ListedDevice[] {
    const { at, id } = after ?? (order === 'asc' ? { at: 0, id: '' } : { at: Number.MAX_SAFE_INTEGER, id: '' });
    const beyond = order === 'asc' ? '>' : '<';
    return this.#db
      .prepare(
        `SELECT clients.*, created_at AS place FROM clients WHERE account_id = :account AND (created_at, client_id) ${beyond} (:at, :id)
         ORDER BY created_at ${order}, client_id ${order} LIMIT :limit`,
      )
      .all({ account: accountId, at, id, limit })
      .map((row) => ({ ...toDevice(row), place: integer(row, 'place') }));
  }

  /** A page of the devices that share a host with this one, itself among them, in the order of coming. */
  besideClient(clientId: string, { limit, order, after }: PageQuery<MadePlace>): ListedDevice[] {
    const { at, id } = after ?? (order === 'asc' ? { at: 0, id: '' } : { at: Number.MAX_SAFE_INTEGER, id: '' });
    const beyond = order === 'asc' ? '>' : '<';
    return this.#db
      .prepare(
        `SELECT clients.*, created_at AS place FROM clients
         WHERE client_id IN (SELECT other.client_id FROM pairings AS own JOIN pairings AS other USING (server_id) WHERE own.client_id = :client)
         AND (created_at, client_id) ${beyond} (:at, :id) ORDER BY created_at ${order}, client_id ${order} LIMIT :limit`,
      )
      .all({ client: clientId, at, id, limit })
      .map((row) => ({ ...toDevice(row), place: integer(row, 'place') }));
  }

  /** A page of a host's clients, in the order of pairing. */
  ofServer(serverId: string, { limit, order, after }: PageQuery<number>): ListedDevice[] {
    const beyond = order === 'asc' ? 'pairings.id > :after' : 'pairings.id < :after';
    const from = after ?? (order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER);
    return this.#db
      .prepare(
        `SELECT clients.*, pairings.id AS place FROM pairings JOIN clients USING (client_id)
         WHERE server_id = :server AND ${beyond} ORDER BY pairings.id ${order} LIMIT :limit`,
      )
      .all({ server: serverId, after: from, limit })
      .map((row) => ({ ...toDevice(row), place: integer(row, 'place') }));
  }
}

function toDevice(row: Row): Device {
  return {
    clientId: text(row, 'client_id'),
    accountId: text(row, 'account_id'),
    identity: {
      key_id: text(row, 'key_id'),
      public_key_spki_der_base64: text(row, 'public_key'),
      algorithm: DEVICE_KEY_ALGORITHM,
      protection_class: text(row, 'protection_class'),
    },
    description: {
      display_name: text(row, 'display_name'),
      device_type: textOrNull(row, 'device_type'),
      platform: textOrNull(row, 'platform'),
      os_version: textOrNull(row, 'os_version'),
      device_model: textOrNull(row, 'device_model'),
      app_version: textOrNull(row, 'app_version'),
    },
    lastSeenAt: integer(row, 'last_seen_at'),
  };
}

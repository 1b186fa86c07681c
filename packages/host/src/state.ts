import { randomUUID } from 'node:crypto';
import { openDataFolder } from '@holdfast/data-folder';
import type { DeadlineRecord, DeadlineStore, LeaseStore } from '@holdfast/lease';
import { SqliteStore } from '@holdfast/lease/sqlite';

const MIGRATIONS = [
  `CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE identity (
     relay TEXT NOT NULL, account_id TEXT NOT NULL, server_id TEXT NOT NULL, environment_id TEXT NOT NULL,
     PRIMARY KEY (relay, account_id)
   ) STRICT;
   CREATE TABLE deadline (key TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
  // The refresh deadline moves into the lease's own table, in the lease's own words.
  `CREATE TABLE IF NOT EXISTS holdfast_lease (
     authority TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL
   ) STRICT;
   INSERT INTO holdfast_lease SELECT key, 1, json_object('format', 1, 'generation', 0, 'deadline', json(record))
     FROM deadline WHERE key LIKE 'refresh %' AND json_valid(record);
   DELETE FROM deadline WHERE key LIKE 'refresh %';`,
];

/** One process at a time has the folder, so that nobody else changes what a lease keeps in it. */
const LEASE_POLL_MS = 60_000;

/** Who this machine is at one relay, for one account. */
export interface Identity {
  readonly serverId: string;
  readonly environmentId: string;
}

/** What a host keeps across restarts. Never a token. */
export interface HostState {
  /** Absolute path of the folder. */
  readonly dir: string;
  /** A UUID kept for the life of the installation. */
  readonly installationId: string;
  enabled: boolean;
  identity(relay: string, accountId: string): Identity | null;
  saveIdentity(relay: string, accountId: string, identity: Identity): void;
  forgetIdentity(relay: string, accountId: string): void;
  deadlines(key: string): DeadlineStore;
  /** What the lease of `authority` keeps: a deadline and a lock. */
  leaseStore(authority: string): LeaseStore;
  close(): void;
}

/** Opens the host's data folder, for one process at a time. @throws DataFolderError */
export function openHostState(path: string): HostState {
  const folder = openDataFolder(path, { program: 'host', migrations: MIGRATIONS, as: 'owner' });
  const { db } = folder;
  const readSetting = db.prepare('SELECT value FROM setting WHERE key = ?');
  const writeSetting = db.prepare('INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
  const readIdentity = db.prepare('SELECT server_id, environment_id FROM identity WHERE relay = ? AND account_id = ?');
  const writeIdentity = db.prepare('INSERT OR REPLACE INTO identity VALUES (?, ?, ?, ?)');
  const dropIdentity = db.prepare('DELETE FROM identity WHERE relay = ? AND account_id = ?');
  const readDeadline = db.prepare('SELECT record FROM deadline WHERE key = ?');
  const writeDeadline = db.prepare('INSERT OR REPLACE INTO deadline VALUES (?, ?)');
  const dropDeadline = db.prepare('DELETE FROM deadline WHERE key = ?');

  const setting = (key: string): string | null => {
    const value = readSetting.get(key)?.['value'];
    return typeof value === 'string' ? value : null;
  };
  let installationId = setting('installation_id');
  if (installationId === null) {
    installationId = randomUUID();
    writeSetting.run('installation_id', installationId);
  }

  return {
    dir: folder.dir,
    installationId,
    get enabled() {
      return setting('enabled') !== 'no';
    },
    set enabled(enabled) {
      writeSetting.run('enabled', enabled ? 'yes' : 'no');
    },
    identity(relay, accountId) {
      const row = readIdentity.get(relay, accountId);
      return row === undefined
        ? null
        : { serverId: String(row['server_id']), environmentId: String(row['environment_id']) };
    },
    saveIdentity(relay, accountId, { serverId, environmentId }) {
      writeIdentity.run(relay, accountId, serverId, environmentId);
    },
    forgetIdentity(relay, accountId) {
      dropIdentity.run(relay, accountId);
    },
    deadlines: (key) => ({
      load() {
        const record = readDeadline.get(key)?.['record'];
        return typeof record === 'string' ? (JSON.parse(record) as DeadlineRecord) : null; // the lease checks what comes back
      },
      save(record) {
        if (record === null) dropDeadline.run(key);
        else writeDeadline.run(key, JSON.stringify(record));
      },
    }),
    leaseStore: (authority) => new SqliteStore({ authority, database: db, pollMs: LEASE_POLL_MS }),
    close: () => folder.close(),
  };
}

import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderError } from './errors.ts';
import { isDamaged } from './sqlite-errors.ts';

/** What a newer process may have to wait for an older one's write, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a database in WAL mode with full sync (what is committed survives a power cut), checks it, and brings it forward:
 * `migrations[n]` takes version n to n + 1, all in one transaction.
 *
 * @throws DataFolderError `ERR_DATA_DAMAGED`, or `ERR_DATA_TOO_NEW` when a newer version of the program wrote it.
 */
export function openDatabase(path: string, migrations: readonly string[]): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    chmodSync(path, 0o600);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    assertSound(db, path);
    migrate(db, path, migrations);
    return db;
  } catch (error) {
    db.close();
    throw isDamaged(error) ? damaged(path, error) : error;
  }
}

/** @throws DataFolderError `ERR_DATA_DAMAGED` */
export function assertSound(db: DatabaseSync, path: string): void {
  let found: unknown;
  try {
    found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  } catch (error) {
    throw isDamaged(error) ? damaged(path, error) : error;
  }
  if (found !== 'ok') throw damaged(path, new Error(String(found)));
}

function migrate(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > migrations.length) {
    throw new DataFolderError(
      'ERR_DATA_TOO_NEW',
      `${path} was written by a newer holdfast (schema ${version}, this one knows ${migrations.length}). Run that version, or name another folder with --data.`,
    );
  }
  if (version === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function damaged(path: string, cause: unknown): DataFolderError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DataFolderError(
    'ERR_DATA_DAMAGED',
    `${path} is damaged (${why}). It was left as it is. Restore it from a backup, or move it away to begin anew: then hosts enroll and devices pair again.`,
    { cause },
  );
}

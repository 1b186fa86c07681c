import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './database.ts';
import { DataFolderError } from './errors.ts';
import { type FolderLock, lockFolder } from './lock.ts';

export interface DataFolder {
  /** Absolute. */
  readonly dir: string;
  readonly db: DatabaseSync;
  close(): void;
}

export interface DataFolderOptions {
  /** Names the database (`relay` keeps `relay.db`), the lock, and the program in errors. */
  readonly program: string;
  /** See `openDatabase`. */
  readonly migrations: readonly string[];
  /**
   * `owner` makes what is missing and keeps every other owner out until it is closed. `guest` reads and writes beside a running owner
   * and makes nothing.
   */
  readonly as: 'owner' | 'guest';
}

/** Opens a program's folder, readable by its user alone. @throws DataFolderError */
export function openDataFolder(path: string, { program, migrations, as }: DataFolderOptions): DataFolder {
  const dir = resolve(path);
  const file = join(dir, `${program}.db`);
  if (as === 'guest' && !existsSync(file)) {
    throw new DataFolderError(
      'ERR_DATA_MISSING',
      `${dir} holds no data of a holdfast ${program}: ${file} does not exist. Is --data right?`,
    );
  }
  if (as === 'owner') prepareFolder(dir);
  let lock: FolderLock | undefined;
  try {
    if (as === 'owner') lock = lockFolder(dir, program);
    const db = openDatabase(file, migrations);
    return {
      dir,
      db,
      close: () => {
        if (db.isOpen) db.close();
        lock?.release();
        lock = undefined;
      },
    };
  } catch (error) {
    lock?.release();
    throw error instanceof DataFolderError ? error : notUsable(dir, error);
  }
}

/**
 * Keeps every owner out of a program's folder until it is released, without opening its database: to put another in its place.
 *
 * @throws DataFolderError
 */
export function holdDataFolder(path: string, program: string): FolderLock {
  const dir = resolve(path);
  prepareFolder(dir);
  return lockFolder(dir, program);
}

function prepareFolder(dir: string): void {
  try {
    const made = mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (made === undefined && (statSync(dir).mode & 0o077) !== 0) chmodSync(dir, 0o700);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw notUsable(dir, cause);
  }
}

function notUsable(dir: string, cause: unknown): DataFolderError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DataFolderError(
    'ERR_DATA_NOT_USABLE',
    `${dir} cannot be used as a data folder: ${why}. Name another one with --data.`,
    { cause },
  );
}

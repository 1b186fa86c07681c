import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { RelayError } from '../errors.ts';

/**
 * All pages in one step: it is done on another thread, by a connection of its own, and so is a picture of one moment. In several steps it
 * would begin anew with each write of the relay's, and by the relay's own connection it would be in the way of its transactions.
 */
const ALL_PAGES = 2 ** 31 - 1;

export interface BackupMade {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Copies a database that is in use, by whomever, into one file: whole, or not at all, and readable by its user alone from its first byte.
 *
 * @param from the database's file
 * @param file absolute
 * @param force in place of one that is there
 * @throws RelayError `ERR_RELAY_BACKUP`
 */
export async function writeBackup(from: string, file: string, { force }: { force: boolean }): Promise<BackupMade> {
  if (!force && existsSync(file)) throw taken(file);
  const part = `${file}.part-${randomBytes(6).toString('hex')}`;
  try {
    closeSync(openSync(part, 'wx', 0o600));
    await copy(from, part);
    makeWhole(part);
    if (force) renameSync(part, file);
    else linkSync(part, file); // unlike a rename, it does not take another's place
    sync(dirname(file));
    return { file, bytes: statSync(file).size };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(file);
    throw new RelayError('ERR_RELAY_BACKUP', `The backup ${file} cannot be written: ${wordsOf(error)}.`, {
      cause: error,
    });
  } finally {
    rmSync(part, { force: true });
    rmSync(`${part}-journal`, { force: true });
  }
}

async function copy(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
}

/** One file: the copy of a database with a write-ahead log wants one of its own. */
function makeWhole(part: string): void {
  const copy = new DatabaseSync(part);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
  sync(part);
}

/** A file's content, or what a folder says that it has. */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function taken(file: string): RelayError {
  return new RelayError(
    'ERR_RELAY_BACKUP',
    `${file} is there already, and was left as it is. Choose another name, or put the backup in its place with --force.`,
  );
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

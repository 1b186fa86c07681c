import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderError, holdDataFolder, openDatabase } from '@holdfast/data-folder';
import { Audit } from '../audit.ts';
import { PROGRAM } from '../beside.ts';
import { systemClock } from '../clock.ts';
import { RelayError } from '../errors.ts';
import { migrations } from '../stores/schema.ts';
import { renewEpoch } from '../stores/settings.ts';
import { transact } from '../stores/transaction.ts';
import { sync, wordsOf, writeBackup } from './write-backup.ts';

export interface Restored {
  /** The database that is in place now. */
  readonly file: string;
  /** Where the one before it is kept; null where there was none. */
  readonly aside: string | null;
}

/** What SQLite keeps beside a database; it belongs to it, under its name. */
const BESIDE = ['', '-wal', '-shm'] as const;

/**
 * Puts a backup in place of a relay's database, which is kept beside it. The backup is checked first, copied, and brought forward; its
 * cursors get a new epoch, so that what a host remembers of the former database means nothing here (docs/protocol.md §8).
 *
 * @throws RelayError `ERR_RELAY_BACKUP` when the file is no sound backup; DataFolderError when a relay runs, or the folder cannot be used
 */
export async function restoreRelay(dataDir: string, backupFile: string): Promise<Restored> {
  const dir = resolve(dataDir);
  check(backupFile);
  const lock = holdDataFolder(dir, PROGRAM);
  try {
    const file = join(dir, `${PROGRAM}.db`);
    const copy = join(dir, `${PROGRAM}.db.restoring`);
    for (const end of BESIDE) rmSync(`${copy}${end}`, { force: true }); // of a restore that was killed
    await writeBackup(backupFile, copy, { force: true });
    prepare(copy, backupFile);
    const aside = setAside(file);
    renameSync(copy, file);
    sync(dir);
    return { file, aside };
  } finally {
    lock.release();
  }
}

function check(file: string): void {
  if (!existsSync(file)) throw unusable(file, 'there is no such file');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true });
    const found = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
    if (found !== 'ok') throw unusable(file, `it is damaged (${String(found)})`);
    const tables = db
      .prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('settings', 'accounts', 'mail')")
      .get();
    if (tables?.['n'] !== 3) throw unusable(file, 'it is a database, but not that of a relay');
  } catch (error) {
    throw error instanceof RelayError ? error : unusable(file, wordsOf(error), error);
  } finally {
    db?.close();
  }
}

/** Brought forward, with a new epoch, and all of it in the one file. */
function prepare(copy: string, backupFile: string): void {
  let db: DatabaseSync;
  try {
    db = openDatabase(copy, migrations);
  } catch (error) {
    for (const end of BESIDE) rmSync(`${copy}${end}`, { force: true });
    if (!(error instanceof DataFolderError)) throw error;
    throw unusable(
      backupFile,
      error.code === 'ERR_DATA_TOO_NEW' ? 'a newer holdfast wrote it: run that version' : error.message,
      error,
    );
  }
  try {
    transact(db, () => {
      renewEpoch(db, randomBytes);
      new Audit({ db, clock: systemClock }).record({ event: 'relay_restored', detail: backupFile });
    });
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/** With what stands beside it, and unopened: it may be damaged, and the reason for all this. */
function setAside(file: string): string | null {
  if (!existsSync(file)) return null;
  const aside = `${file}.before-${new Date(systemClock.wall()).toISOString().replace(/[:.]/g, '-')}`;
  for (const end of BESIDE) if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${aside}${end}`);
  return aside;
}

function unusable(file: string, why: string, cause?: unknown): RelayError {
  return new RelayError(
    'ERR_RELAY_BACKUP',
    `${file} cannot be restored: ${why}. Nothing was changed.`,
    cause === undefined ? {} : { cause },
  );
}

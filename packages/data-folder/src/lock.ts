import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderError } from './errors.ts';
import { isBusy } from './sqlite-errors.ts';

/** A handle that nobody refers to is closed by the garbage collector, and its lock with it; these are kept until released. */
const held = new Set<DatabaseSync>();

export interface FolderLock {
  release(): void;
}

/**
 * Holds the folder for this process. The lock is SQLite's own on a file of its own, so the system lifts it when the process ends,
 * however it ends; the process id beside it is only for the message.
 *
 * @throws DataFolderError `ERR_DATA_IN_USE`
 */
export function lockFolder(dir: string, program: string): FolderLock {
  const pidFile = join(dir, `${program}.pid`);
  const lock = new DatabaseSync(join(dir, `${program}.lock`), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw cause;
    throw new DataFolderError(
      'ERR_DATA_IN_USE',
      `${dir} is in use by another holdfast ${program}${holder(pidFile)}. Stop that one, or name another folder with --data.`,
      { cause },
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  held.add(lock);
  return {
    release: () => {
      if (held.delete(lock)) lock.close();
    },
  };
}

/** Who holds the folder now: "process 4711"; null: nobody. Looking takes no lock that a starting owner would have to wait for. */
export function lockHolder(dir: string, program: string): string | null {
  const file = join(dir, `${program}.lock`);
  if (!existsSync(file)) return null;
  const lock = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    lock.prepare('SELECT 1 FROM sqlite_schema').get();
    return null;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return (
      holder(join(dir, `${program}.pid`))
        .trim()
        .replace(/[()]/g, '') || 'another process'
    );
  } finally {
    lock.close();
  }
}

function holder(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}

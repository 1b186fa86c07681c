import type { DatabaseSync } from 'node:sqlite';
import type { RandomBytes } from '../secrets.ts';
import { blob } from './row.ts';

const EPOCH_BYTES = 4;

/** Random values that belong to one database and last as long as it does. */
export interface Settings {
  /** Tells this database's cursors from another's. */
  readonly epoch: string;
  /** Hashes pairing codes. */
  readonly pepper: Uint8Array;
  /** Signs the credentials of a stock codex. */
  readonly signingKey: Uint8Array;
}

/** Cursors that were given out before are another database's from now on. */
export function renewEpoch(db: DatabaseSync, random: RandomBytes): void {
  db.prepare("UPDATE settings SET value = ? WHERE name = 'epoch'").run(random(EPOCH_BYTES));
}

export function openSettings(db: DatabaseSync, random: RandomBytes): Settings {
  const insert = db.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const select = db.prepare('SELECT value FROM settings WHERE name = ?');
  const read = (name: string): Uint8Array => {
    const row = select.get(name);
    if (row === undefined) throw new Error(`the setting ${name} was not kept`);
    return blob(row, 'value');
  };
  const keep = (name: string, size: number): Uint8Array => {
    insert.run(name, random(size));
    return read(name);
  };
  return {
    epoch: Buffer.from(keep('epoch', EPOCH_BYTES)).toString('hex'),
    pepper: keep('pepper', 32),
    signingKey: keep('signing-key', 32),
  };
}

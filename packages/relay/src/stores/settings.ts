import type { DatabaseSync } from 'node:sqlite';
import type { RandomBytes } from '../secrets.ts';
import { blob } from './row.ts';

/** Random values that belong to one database and last as long as it does. */
export interface Settings {
  /** Tells this database's cursors from another's. */
  readonly epoch: string;
  /** Hashes pairing codes. */
  readonly pepper: Uint8Array;
  /** Signs the credentials of a stock codex. */
  readonly signingKey: Uint8Array;
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
    epoch: Buffer.from(keep('epoch', 4)).toString('hex'),
    pepper: keep('pepper', 32),
    signingKey: keep('signing-key', 32),
  };
}

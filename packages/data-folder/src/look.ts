import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { assertSound } from './database.ts';
import { lockHolder } from './lock.ts';

/** What a folder holds, as seen by somebody who only looks. */
export interface DataFolderSight {
  readonly exists: boolean;
  /** Who keeps it open: "process 4711"; null: nobody. */
  readonly holder: string | null;
}

/** Looks at a program's folder beside a running owner, and changes nothing. @throws DataFolderError `ERR_DATA_DAMAGED` */
export function lookAtDataFolder(dir: string, program: string): DataFolderSight {
  const file = join(dir, `${program}.db`);
  if (!existsSync(file)) return { exists: false, holder: null };
  const holder = lockHolder(dir, program);
  const db = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  try {
    assertSound(db, file);
  } finally {
    db.close();
  }
  return { exists: true, holder };
}

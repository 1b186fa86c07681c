import type { DatabaseSync } from 'node:sqlite';

/** All of `work` or nothing of it. Synchronous, so that nothing else comes in between. */
export function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** What `work` reads is of one moment, and the database is locked once for all of it. It writes nothing. */
export function readTogether(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN');
  try {
    work();
  } finally {
    db.exec('COMMIT');
  }
}

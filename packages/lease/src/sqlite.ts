import { chmodSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { LeaseStore, StoreView } from './store.ts';

export interface SqliteStoreOptions {
  /** See `LeaseStore`. Stores of different authorities share a file. */
  readonly authority: string;
  /**
   * The path of a file, which is made when it is missing and is readable by its user alone; or an open database, which stays the
   * caller's to close. The table `holdfast_lease` is made when it is missing.
   */
  readonly database: string | DatabaseSync;
  /** How often to look for changes by other processes while a lease is there, in ms. 10 to 60,000; default 250. */
  readonly pollMs?: number | undefined;
}

/** How long a call waits for another process's write, in ms. Each of them is one row. It blocks this process's event loop. */
const BUSY_TIMEOUT_MS = 500;

/** Likewise, for opening: processes that start together make the file together. */
const OPEN_TIMEOUT_MS = 5_000;

const TABLE = `CREATE TABLE IF NOT EXISTS holdfast_lease (
  authority TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL
) STRICT`;

/**
 * A store for the processes of one machine: a row in a SQLite file, by Node's own `node:sqlite`. Its clock is the time since the
 * machine booted, which its processes share and nobody can set.
 *
 * A change by another process is noticed by SQLite's own counter of commits, which costs a read of a page in memory.
 */
export class SqliteStore implements LeaseStore {
  readonly authority: string;
  readonly #db: DatabaseSync;
  readonly #isOwnDb: boolean;
  readonly #pollMs: number;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #watchers = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #seen: unknown = null;

  /** @throws RangeError if an option is out of range; what SQLite throws, such as for a folder that does not exist */
  constructor({ authority, database, pollMs = 250 }: SqliteStoreOptions) {
    if (!(pollMs >= 10 && pollMs <= 60_000)) {
      throw new RangeError(`pollMs is ${pollMs}; it must be a number from 10 to 60000.`);
    }
    this.authority = authority;
    this.#pollMs = pollMs;
    this.#isOwnDb = typeof database === 'string';
    this.#db = typeof database === 'string' ? open(database) : database;
    try {
      if (!this.#isOwnDb) this.#db.exec(TABLE);
      this.#select = this.#db.prepare('SELECT version, record FROM holdfast_lease WHERE authority = ?');
      this.#insert = this.#db.prepare(
        'INSERT INTO holdfast_lease (record, authority, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING',
      );
      this.#update = this.#db.prepare(
        'UPDATE holdfast_lease SET record = ?, version = version + 1 WHERE authority = ? AND version = ?',
      );
      this.#dataVersion = this.#db.prepare('PRAGMA data_version');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  read(): StoreView {
    const row = this.#select.get(this.authority);
    const now = Number(process.hrtime.bigint() / 1_000_000n);
    if (row === undefined) return { version: 0, text: null, now };
    return { version: Number(row['version']), text: String(row['record']), now };
  }

  // One statement is one transaction.
  swap(expected: number, text: string): boolean {
    const { changes } =
      expected === 0 ? this.#insert.run(text, this.authority) : this.#update.run(text, this.authority, expected);
    if (Number(changes) !== 1) return false;
    for (const watcher of [...this.#watchers]) watcher();
    return true;
  }

  watch(onChange: () => void): () => void {
    const watcher = (): void => onChange();
    this.#watchers.add(watcher);
    if (this.#timer === null) {
      this.#seen = this.#commits();
      this.#timer = setInterval(() => this.#poll(), this.#pollMs).unref();
    }
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#stop();
    };
  }

  /** Closes the file, if it was opened here. Leases that still use the store go on alone, so close them first. */
  close(): void {
    this.#stop();
    if (this.#isOwnDb && this.#db.isOpen) this.#db.close();
  }

  #poll(): void {
    let seen: unknown;
    try {
      seen = this.#commits();
    } catch {
      return; // a lease that needs the store meets the same error, and tells it
    }
    if (seen === this.#seen) return;
    this.#seen = seen;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Changes when another connection has committed. */
  #commits(): unknown {
    return this.#dataVersion.get()?.['data_version'];
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: OPEN_TIMEOUT_MS });
  try {
    chmodSync(path, 0o600);
    // What is committed survives the process; a power cut may cost the last change, never the file.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    db.exec(TABLE);
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

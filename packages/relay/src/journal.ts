import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Timer } from './clock.ts';
import { Effects } from './effects.ts';
import { transact } from './stores/transaction.ts';

/** A batch that grows to this is committed at once rather than at the end of the turn. */
const MAX_WRITES = 1_024;
const MAX_BYTES = 4 * 1024 * 1024;
/** What nobody waits for is committed with the next batch, or after this. */
const LATER_MS = 100;

export type Write = (effects: Effects) => void;

/** One transaction. */
export interface BatchStored {
  readonly writes: number;
  readonly ms: number;
  readonly failed: boolean;
}

export interface JournalOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  /** The last thing in each transaction. */
  readonly beforeCommit: () => void;
  /** Each batch, once it is durable. */
  readonly committed: (effects: Effects) => void;
  /** A batch that could not be committed: nothing of it is kept, and what memory knows of it is wrong. */
  readonly failed: (cause: unknown) => void;
  /** Each batch, whatever came of it, before it is known elsewhere. */
  readonly onBatch: (batch: BatchStored) => void;
}

/**
 * Groups what arrives in one turn of the event loop into one transaction, so that a thousand frames cost one sync of the disk. What
 * a write wants done afterwards (acks, deliveries) is done after the commit.
 */
export class Journal {
  readonly #options: JournalOptions;
  #writes: Write[] = [];
  #bytes = 0;
  #scheduled: NodeJS.Immediate | null = null;
  #closed = false;
  #later: Write[] = [];
  #laterTimer: Timer | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Nothing waits to be committed: whatever is done now comes before nothing that came earlier. */
  get idle(): boolean {
    return this.#writes.length === 0;
  }

  /** @param bytes what the write holds in memory until it is committed */
  add(bytes: number, write: Write): void {
    if (this.#closed) return;
    this.#writes.push(write);
    this.#bytes += bytes;
    if (this.#writes.length >= MAX_WRITES || this.#bytes >= MAX_BYTES) this.flush();
    else this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** Commits what is waiting, and takes nothing more: its database may be closed from now on. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** For what nobody waits for: when a thousand hosts come within a second, it does not cost a thousand syncs of the disk. */
  addLater(write: Write): void {
    if (this.#closed) return;
    this.#later.push(write);
    if (this.#later.length >= MAX_WRITES) this.flush();
    else this.#laterTimer ??= this.#options.clock.setTimer(LATER_MS, () => this.flush());
  }

  flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    this.#laterTimer?.cancel();
    this.#laterTimer = null;
    const writes = [...this.#later, ...this.#writes];
    if (writes.length === 0) return;
    this.#later = [];
    this.#writes = [];
    this.#bytes = 0;
    try {
      this.#options.committed(this.#commit(writes));
    } catch (error) {
      this.#options.failed(error);
    }
  }

  /** Commits this write now, after what is waiting. Throws where it could not be. */
  run(write: Write): void {
    this.flush();
    let effects: Effects;
    try {
      effects = this.#commit([write]);
    } catch (error) {
      this.#options.failed(error);
      throw error;
    }
    this.#options.committed(effects);
  }

  #commit(writes: readonly Write[]): Effects {
    const effects = new Effects();
    const { db, beforeCommit, onBatch } = this.#options;
    const beganAt = performance.now();
    let failed = true;
    try {
      transact(db, () => {
        for (const write of writes) write(effects);
        beforeCommit();
      });
      failed = false;
    } finally {
      onBatch({ writes: writes.length, ms: performance.now() - beganAt, failed });
    }
    return effects;
  }
}

import type { MutableCounts } from './counts.ts';
import { mayAsk } from './decide.ts';
import type { Ledger } from './ledger.ts';
import type { ResolvedOptions } from './options.ts';
import { SharedRecord, type Verdict } from './shared-record.ts';
import type { LeaseStore } from './store.ts';

/** A lock that is older than this is taken anew before another request, so that it still outlives that one. */
const LOCK_FRESH_MS = 3_000;

/** How many times a process that is held up again and again takes the lock for one request. */
const PERMIT_TRIES = 3;

/** Who waits for a lock looks again this often, should a change go untold. */
const LOOK_MS = 5_000;

/** May the authority be asked? `alone`: yes, though the store is of no help. `busy`: others took too long. */
export type Entry = 'shared' | 'alone' | 'look' | 'busy';

/** One lease's part in sharing: waits for its turn, asks, tells the others, and goes on alone while the store fails. */
export class Sharing {
  readonly #ledger: Ledger;
  readonly #options: ResolvedOptions;
  readonly #record: SharedRecord;
  readonly #unwatch: readonly (() => void)[];
  readonly #waiting = new Set<() => void>();
  /** How many changes were told: one that comes while nobody waits must not be missed. */
  #changes = 0;
  #isAlone = false;
  #isAsking = false;
  #isDue = false;
  #closed = false;

  constructor(ledger: Ledger, options: ResolvedOptions, store: LeaseStore, counts: MutableCounts) {
    this.#ledger = ledger;
    this.#options = options;
    this.#record = new SharedRecord(ledger, options, store, counts);
    this.#load();
    const unwatchStore = this.#record.access.watch(() => this.#onChange());
    const unwatchLedger = ledger.watch(() => {
      // What comes of a request is told when it is over.
      if (this.#record.lockedAt === null && this.#record.isNew) this.#soon();
    });
    this.#unwatch = [unwatchStore, unwatchLedger];
    this.#soon();
  }

  get isFailing(): boolean {
    return this.#record.access.isFailing;
  }

  /** Waits until this lease may ask, or need not, for at most twice as long as a lock lasts. Never rejects. */
  async enter(signal: AbortSignal): Promise<Entry> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    const { generation } = this.#ledger.record;
    while (!this.#closed && !signal.aborted) {
      const changes = this.#changes;
      let verdict: Verdict;
      try {
        verdict = await this.#record.cycle('take', generation);
      } catch (error) {
        return this.#without(error);
      }
      if (verdict === 'look') return 'look';
      if (verdict === 'taken') {
        this.#isAlone = false;
        return 'shared';
      }
      if (clock.monotonic() - began >= 2 * this.#record.lockMs) return 'busy';
      if (changes === this.#changes) await this.#pause(Math.min(Math.ceil(verdict), LOOK_MS), signal);
    }
    return 'look';
  }

  /** Whether a request may be sent: the lock will outlive it. Takes the lock anew while it is not young. Never rejects. */
  async permit(): Promise<boolean> {
    if (this.#isAlone) return true;
    // Whoever is held up between taking the lock and asking has an old lock again.
    for (let tries = 0; tries < PERMIT_TRIES; tries += 1) {
      const { lockedAt } = this.#record;
      if (lockedAt !== null && this.#options.clock.monotonic() - lockedAt < LOCK_FRESH_MS) return true;
      try {
        if ((await this.#record.cycle('take')) !== 'taken') return false;
      } catch {
        return false; // told
      }
    }
    return false;
  }

  /** Between the first byte of a request and what came of it. */
  set isAsking(isAsking: boolean) {
    this.#isAsking = isAsking;
  }

  /** Tells the others what came of it, and lets go of the lock. Never rejects: a lock that stays ends by itself. */
  async leave(): Promise<void> {
    try {
      await this.#record.cycle('drop');
    } catch {
      // Told. What the others do not know yet is written with the next change.
      this.#record.abandonLock();
    }
  }

  /** Lets go of the lock, at once if the store can. To be called while the ledger still knows what it knew. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const unwatch of this.#unwatch) unwatch();
    for (const wake of [...this.#waiting]) wake();
    this.#record.close(this.#isAsking);
  }

  /** What an earlier process left behind governs from the first moment, if the store can tell at once. */
  #load(): void {
    try {
      this.#record.load();
    } catch (error) {
      this.#record.deferBlind(error);
      // Later, so that whoever made the lease has had the chance to listen.
      queueMicrotask(() => this.#record.access.failed('read', error));
    }
  }

  /** The store is of no help: this lease goes by what it knows, after one wait in case others were told to wait. */
  #without(error: unknown): Entry {
    this.#isAlone = true;
    this.#record.deferBlind(error);
    return mayAsk(this.#ledger.record, this.#ledger.now()) ? 'alone' : 'look';
  }

  #onChange(): void {
    this.#changes += 1;
    if (this.#waiting.size === 0) this.#soon();
    else for (const wake of [...this.#waiting]) wake();
  }

  /** Learns and tells behind whatever happens now. */
  #soon(): void {
    if (this.#isDue || this.#closed) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#closed) this.#record.cycle('keep').catch(() => {}); // told
    });
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = this.#options.clock.setTimer(ms, wake);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

import { type Reading, remaining } from './clock.ts';
import type { Deadline } from './deadline.ts';
import type { Ledger } from './ledger.ts';
import { isSameDeadline, restoreShared, type SharedDeadline, shareDeadline } from './shared-deadline.ts';
import type { StoreAccess } from './store-access.ts';

/** Keeps the ledger's deadline and the shared one in step. */
export class DeadlineSync {
  readonly #ledger: Ledger;
  readonly #access: StoreAccess;
  readonly #capMs: number;
  /** The ledger's deadline that stands for the stored one. */
  #settled: Deadline | null = null;
  /** One that is for this lease alone, since others may know better; kept until the store works again. */
  #blind: Deadline | null = null;

  constructor(ledger: Ledger, access: StoreAccess, capMs: number) {
    this.#ledger = ledger;
    this.#access = access;
    this.#capMs = capMs;
  }

  /** Whether others should know of the ledger's deadline, or that there is none, and do not. */
  get isNew(): boolean {
    return this.#isNew(this.#ledger.record.deadline);
  }

  /** What should be stored. */
  next(): SharedDeadline | null {
    const { deadline, failures } = this.#ledger.record;
    if (!this.#isNew(deadline)) return this.#access.state.deadline;
    return deadline === null ? null : shareDeadline(deadline, failures, this.#ledger.now(), this.#access.now());
  }

  /** `deadline`, as the ledger had it, is stored. */
  stored(deadline: Deadline | null): void {
    if (deadline !== this.#blind) this.#settled = deadline;
  }

  /** Takes over what others stored. What is new here stays, unless theirs forbids more. */
  learn(before: SharedDeadline | null, stored: SharedDeadline | null, storeNow: number): void {
    const own = this.#ledger.record.deadline;
    const wasBlind = own !== null && own === this.#blind;
    if (!this.#access.isFailing) this.#blind = null;
    const isOver = wasBlind && this.#blind === null;
    if (isSameDeadline(before, stored) && !isOver) return;
    const now = this.#ledger.now();
    const theirs = stored === null ? null : restoreShared(stored, now, storeNow, this.#capMs);
    if (!isOver && this.#isNew(own) && !forbidsMore(theirs?.deadline ?? null, own, now)) return;
    this.#settled = theirs?.deadline ?? null;
    if (isOver || !wasBlind) this.#ledger.siblingDeadline(theirs);
  }

  /** Has the lease wait, once until the store works again. */
  waitBlind(atLeastMs: number, cause: unknown): void {
    this.#blind ??= this.#ledger.deferBlind(atLeastMs, cause);
  }

  /** Whatever was stored is lost: has everybody wait, in case it was a deadline. */
  replace(atLeastMs: number, cause: unknown): void {
    this.#ledger.deferBlind(atLeastMs, cause);
    this.#settled = null;
    this.#blind = null;
  }

  #isNew(deadline: Deadline | null): boolean {
    return deadline !== this.#settled && (deadline === null || deadline !== this.#blind);
  }
}

function forbidsMore(theirs: Deadline | null, own: Deadline | null, now: Reading): boolean {
  if (theirs === null || own === null) return theirs !== null;
  return remaining(theirs.until, now) > remaining(own.until, now);
}

import { later, type Reading, read } from './clock.ts';
import { type Deadline, type DeadlineReason, endsAt, isAhead, planDeadline } from './deadline.ts';
import { Emitter, type LeaseEvents } from './events.ts';
import type { ResolvedOptions } from './options.ts';
import { answerMeta, type RefreshAnswer, type RefreshFailure, type RefreshSuccess } from './outcome.ts';
import { emptyRecord, type Grant, hold, type LeaseRecord } from './record.ts';
import { type DeadlineRecord, restoreDeadline } from './store.ts';

/** The record of one authority, and every change that can happen to it: committed first, then stored, then told. */
export class Ledger {
  readonly events = new Emitter();
  readonly #options: ResolvedOptions;
  readonly #watchers = new Set<() => void>();
  #record: LeaseRecord = emptyRecord;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#restore();
  }

  get record(): LeaseRecord {
    return this.#record;
  }

  now(): Reading {
    return read(this.#options.clock);
  }

  /** Calls `watcher` after every change, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Takes the token, clears the deadline and the latch. @returns the grant, or why the token is of no use */
  install(success: RefreshSuccess, by: LeaseEvents['refreshed']['by']): Grant | string {
    const before = this.#record;
    const held = hold(success, before.generation + 1, this.now(), this.#options.windowMs);
    if (typeof held === 'string') return held;
    const { grant } = held;
    const settled = { held, deadline: null, latched: false, gone: false, failures: 0, lastFailure: null };
    const epoch = by === 'adopt' ? before.epoch + 1 : before.epoch;
    this.#commit({ ...before, ...settled, epoch, generation: grant.generation });
    if (before.deadline !== null) this.#save(null);
    const answer = success.answer ? answerMeta(success.answer) : null;
    this.#tell([
      ['refreshed', { by, generation: grant.generation, expiresAt: grant.expiresAt, answer }],
      before.deadline && ['deadline-cleared', { reason: 'refreshed' }],
      before.latched && ['unlatched', { reason: 'adopted' }],
    ]);
    return grant;
  }

  /** Keeps what the authority said last. */
  heard(answer: RefreshAnswer | null | undefined): void {
    if (answer) this.#commit({ ...this.#record, lastAnswer: answerMeta(answer) });
  }

  /** Forgets the token if it still is the one of `generation`. */
  clear(generation: number, reason: LeaseEvents['token-cleared']['reason']): boolean {
    if (this.#record.held?.grant.generation !== generation) return false;
    this.#commit({ ...this.#record, held: null });
    this.#tell([['token-cleared', { generation, reason }]]);
    return true;
  }

  /** Sets the next permitted moment after a failure; the failure before it counts. */
  defer(reason: DeadlineReason, failure: RefreshFailure): Deadline {
    const { deadlineCapMs: capMs, random } = this.#options;
    const failures = this.#record.failures + 1;
    const plan = { reason, answer: failure.answer ?? null, now: this.now(), failures, capMs, random };
    return this.#setDeadline(planDeadline(plan), failures, failure);
  }

  /** Sets the next permitted moment to `delayMs` from now. */
  deferFor(delayMs: number, reason: DeadlineReason, failure: RefreshFailure): Deadline {
    const now = this.now();
    const until = later(now, Math.min(Math.ceil(delayMs), this.#options.deadlineCapMs));
    return this.#setDeadline({ until, setAt: now.wall, reason, source: 'backoff' }, this.#record.failures + 1, failure);
  }

  /** Lets the authority be asked at once. */
  lift(reason: LeaseEvents['deadline-cleared']['reason']): void {
    if (this.#record.deadline === null) return;
    this.#commit({ ...this.#record, deadline: null });
    this.#save(null);
    this.#tell([['deadline-cleared', { reason }]]);
  }

  latch(failure: RefreshFailure): void {
    this.#commit({ ...this.#record, latched: true, lastFailure: failure });
    this.#tell([['latched', { message: failure.message, answer: failure.answer ? answerMeta(failure.answer) : null }]]);
  }

  credentialsChanged(): void {
    const { latched, credentials } = this.#record;
    this.#commit({ ...this.#record, latched: false, credentials: credentials + 1 });
    this.#tell([latched && ['unlatched', { reason: 'credentials-changed' }]]);
  }

  setGone(): void {
    this.#commit({ ...this.#record, gone: true });
  }

  /** Forgets the token and what depended on who asked. The deadline stays: it belongs to the authority. */
  reset(): void {
    const { held, epoch } = this.#record;
    this.#commit({ ...this.#record, held: null, gone: false, epoch: epoch + 1 });
    this.#tell([held && ['token-cleared', { generation: held.grant.generation, reason: 'reset' }]]);
  }

  close(): void {
    this.#commit({ ...this.#record, held: null, epoch: this.#record.epoch + 1 });
    this.#watchers.clear();
    this.events.clear();
  }

  #setDeadline(deadline: Deadline, failures: number, failure: RefreshFailure): Deadline {
    const now = this.now();
    this.#commit({ ...this.#record, deadline, failures, lastFailure: failure });
    const { setAt, reason, source } = deadline;
    const retryAt = endsAt(deadline, now);
    this.#save({ retryAt, setAt, reason, source, failures });
    this.#tell([['deadline-set', { retryAt, reason, source }]]);
    return deadline;
  }

  #commit(record: LeaseRecord): void {
    this.#record = record;
    for (const watcher of [...this.#watchers]) watcher();
  }

  #tell(events: readonly (Told | null | false)[]): void {
    for (const event of events) if (event) this.events.emit<keyof LeaseEvents>(event[0], event[1]);
  }

  #restore(): void {
    const { store, deadlineCapMs } = this.#options;
    try {
      const stored = store?.load() ?? null;
      if (stored !== null) this.#record = { ...this.#record, ...restoreDeadline(stored, this.now(), deadlineCapMs) };
    } catch (error) {
      this.#restoreBlind(error);
    }
  }

  /** Nobody knows whether a deadline was in force: waiting a little is safe, asking is not. */
  #restoreBlind(error: unknown): void {
    const { deadlineCapMs: capMs, random } = this.#options;
    const now = this.now();
    const deadline = planDeadline({ reason: 'store', answer: null, now, failures: 1, capMs, random });
    const message =
      'whether an earlier process was told to wait is unknown, since the stored deadline could not be read';
    this.#record = { ...this.#record, deadline, lastFailure: { kind: 'transient', message, cause: error } };
    // Later, so that whoever made the lease has had the chance to listen.
    queueMicrotask(() => this.#storeFailed('load', error));
  }

  #save(record: DeadlineRecord | null): void {
    try {
      this.#options.store?.save(record);
    } catch (error) {
      this.#storeFailed('save', error);
    }
  }

  #storeFailed(operation: 'load' | 'save', error: unknown): void {
    this.#tell([['store-failed', { operation, message: error instanceof Error ? error.message : String(error) }]]);
  }

  /** When the deadline ends, in ms since the epoch; null if none lies ahead. */
  retryAt(now: Reading): number | null {
    const { deadline } = this.#record;
    return isAhead(deadline, now) ? endsAt(deadline, now) : null;
  }
}

type Told = { [T in keyof LeaseEvents]: [type: T, event: LeaseEvents[T]] }[keyof LeaseEvents];

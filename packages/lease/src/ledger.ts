import { later, type Reading, read, remaining } from './clock.ts';
import { type Deadline, type DeadlineReason, endsAt, isAhead, planDeadline } from './deadline.ts';
import type { RestoredDeadline } from './deadline-record.ts';
import { Emitter, type LeaseEvents } from './events.ts';
import type { ResolvedOptions } from './options.ts';
import { answerMeta, type RefreshAnswer, type RefreshFailure, type RefreshSuccess } from './outcome.ts';
import { emptyRecord, type Grant, type Held, hold, type Latch, type LeaseRecord } from './record.ts';

/** The record of one authority, and every change that can happen to it: committed first, then told. */
export class Ledger {
  readonly events = new Emitter();
  readonly #options: ResolvedOptions;
  readonly #watchers = new Set<() => void>();
  #record: LeaseRecord = emptyRecord;

  constructor(options: ResolvedOptions) {
    this.#options = options;
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
    const settled = { held, deadline: null, latch: null, gone: false, failures: 0, lastFailure: null };
    const epoch = by === 'adopt' ? before.epoch + 1 : before.epoch;
    this.#commit({ ...before, ...settled, epoch, generation: grant.generation });
    const answer = success.answer ? answerMeta(success.answer) : null;
    this.#tell([
      ['refreshed', { by, generation: grant.generation, expiresAt: grant.expiresAt, answer }],
      before.deadline && ['deadline-cleared', { reason: 'refreshed' }],
      before.latch !== null && ['unlatched', { reason: 'adopted' }],
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
    this.#tell([['deadline-cleared', { reason }]]);
  }

  latch(reason: Latch, failure: RefreshFailure): void {
    this.#commit({ ...this.#record, latch: reason, lastFailure: failure });
    const answer = failure.answer ? answerMeta(failure.answer) : null;
    this.#tell([['latched', { reason, message: failure.message, answer }]]);
  }

  credentialsChanged(): void {
    const { latch, credentials } = this.#record;
    this.#commit({ ...this.#record, latch: null, credentials: credentials + 1 });
    this.#tell([latch !== null && ['unlatched', { reason: 'credentials-changed' }]]);
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

  /** Nobody knows whether another process was told to wait: waiting a little is safe, asking is not. At least `atLeastMs`. */
  deferBlind(atLeastMs: number, cause: unknown): Deadline {
    const { deadlineCapMs: capMs, random } = this.#options;
    const now = this.now();
    const plan = planDeadline({ reason: 'store', answer: null, now, failures: 1, capMs, random });
    const deadline = { ...plan, until: later(now, Math.max(remaining(plan.until, now), Math.min(atLeastMs, capMs))) };
    const own = this.#record.deadline;
    if (own !== null && remaining(own.until, now) >= remaining(deadline.until, now)) return own;
    const message = 'whether another process was told to wait is unknown, since the shared record is not at hand';
    return this.#setDeadline(deadline, this.#record.failures, { kind: 'transient', message, cause });
  }

  /** Another lease of the store set or lifted the deadline. */
  siblingDeadline(restored: RestoredDeadline | null): void {
    const before = this.#record;
    if (restored === null) {
      this.#commit({ ...before, deadline: null, failures: 0, lastFailure: null });
      this.#tell([before.deadline && ['deadline-cleared', { reason: 'sibling' }]]);
      return;
    }
    const { deadline, failures } = restored;
    this.#commit({ ...before, deadline, failures });
    const now = this.now();
    this.#tell([isAhead(deadline, now) && ['deadline-set', told(deadline, now)]]);
  }

  /** Another lease of the store got a token, and shares it. */
  siblingToken(held: Held): void {
    const { generation, expiresAt } = held.grant;
    this.#commit({ ...this.#record, held, gone: false, generation });
    this.#tell([['refreshed', { by: 'sibling', generation, expiresAt, answer: null }]]);
  }

  /** Another lease of the store got a token of this generation. The own one stays as valid as it was. */
  raiseGeneration(generation: number): void {
    if (generation > this.#record.generation) this.#commit({ ...this.#record, generation });
  }

  /** Another lease of the store learned that an ambiguous refresh is no longer in the way. */
  siblingUnlatched(): void {
    if (this.#record.latch !== 'ambiguous') return;
    this.#commit({ ...this.#record, latch: null });
    this.#tell([['unlatched', { reason: 'sibling' }]]);
  }

  close(): void {
    this.#commit({ ...this.#record, held: null, epoch: this.#record.epoch + 1 });
    this.#watchers.clear();
    this.events.clear();
  }

  #setDeadline(deadline: Deadline, failures: number, failure: RefreshFailure): Deadline {
    const now = this.now();
    this.#commit({ ...this.#record, deadline, failures, lastFailure: failure });
    this.#tell([['deadline-set', told(deadline, now)]]);
    return deadline;
  }

  #commit(record: LeaseRecord): void {
    this.#record = record;
    for (const watcher of [...this.#watchers]) watcher();
  }

  #tell(events: readonly (Told | null | false)[]): void {
    for (const event of events) if (event) this.events.emit<keyof LeaseEvents>(event[0], event[1]);
  }

  /** When the deadline ends, in ms since the epoch; null if none lies ahead. */
  retryAt(now: Reading): number | null {
    const { deadline } = this.#record;
    return isAhead(deadline, now) ? endsAt(deadline, now) : null;
  }
}

function told(deadline: Deadline, now: Reading): LeaseEvents['deadline-set'] {
  const { reason, source } = deadline;
  return { retryAt: endsAt(deadline, now), reason, source };
}

type Told = { [T in keyof LeaseEvents]: [type: T, event: LeaseEvents[T]] }[keyof LeaseEvents];

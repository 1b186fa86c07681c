import { later, MAX_TIMER_MS, remaining } from './clock.ts';
import { type MutableCounts, noCounts } from './counts.ts';
import { isAhead } from './deadline.ts';
import { decide, isTooShort, isValid, mayAsk } from './decide.ts';
import { LeaseClosedError, LeaseError } from './errors.ts';
import type { LeaseEventType, LeaseListener } from './events.ts';
import { failed, refused } from './explain.ts';
import { fly } from './flight.ts';
import { Ledger } from './ledger.ts';
import { inRange, type LeaseOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import type { RefreshFailure, RefreshSuccess } from './outcome.ts';
import type { Grant, Held } from './record.ts';
import { ReenrollBudget } from './reenroll-budget.ts';
import { Renewal } from './renewal.ts';
import { Sharing } from './sharing.ts';
import { type LeaseSnapshot, takeSnapshot } from './snapshot.ts';
import { detachable } from './within.ts';

export interface AcquireOptions {
  /** Detaches this caller, who gets the signal's reason. The refresh goes on for the others. */
  readonly signal?: AbortSignal | undefined;
  /** Rather wait for a new token than take one with less than this left, in ms. 0 to 86,400,000; default 0. */
  readonly minValidityMs?: number | undefined;
}

/** A token refused so soon after it was minted says that asking for another will not help. */
const JUST_MINTED_MS = 10_000;

/** A caller whose flight was overtaken, by a reset for example, waits for another, up to this many. */
const MAX_FLIGHTS = 3;
const OVERTAKEN: RefreshFailure = {
  kind: 'transient',
  message: 'the identity kept changing while a token was fetched',
};

/** `waitUntilReady` never asks more often than this, whatever goes wrong. */
const MIN_WAIT_MS = 1_000;

/** One short-lived token, and when its authority may be asked for the next: one per authority, shared by all who need the token. */
export class Lease {
  readonly #options: ResolvedOptions;
  readonly #ledger: Ledger;
  readonly #counts: MutableCounts = noCounts();
  readonly #budget: ReenrollBudget;
  readonly #renewal: Renewal;
  readonly #sharing: Sharing | null;
  #flight: Promise<LeaseError | null> | null = null;
  /** Aborts what is under way: replaced by a reset, for good on close. */
  #abort = new AbortController();
  #closed: LeaseClosedError | null = null;

  /** @throws RangeError if an option is out of range */
  constructor(options: LeaseOptions) {
    this.#options = resolveOptions(options);
    this.#ledger = new Ledger(this.#options);
    const { store } = this.#options;
    this.#sharing = store === undefined ? null : new Sharing(this.#ledger, this.#options, store, this.#counts);
    this.#budget = new ReenrollBudget(this.#options.reenrollsPerHour);
    this.#renewal = new Renewal(this.#ledger, this.#options.clock, this.#options.random, () => void this.#fly());
  }

  /** The token if it is valid at this moment, by both clocks. Never asks the authority. */
  peek(): Grant | null {
    const { held } = this.#ledger.record;
    if (held === null) return null;
    return this.#isEarly(held) || isValid(held, this.#ledger.now()) ? held.grant : null;
  }

  /**
   * A valid token: the one at hand if there is one, else the one that a refresh brings, shared with all who wait.
   *
   * @throws LeaseError if there is none: at once, with `retryAt`, while the authority may not be asked
   * @throws RangeError if `minValidityMs` is out of range
   */
  acquire(options?: AcquireOptions): Promise<Grant> {
    const { held } = this.#ledger.record;
    if (options === undefined && held !== null && this.#isEarly(held)) return held.promise;
    return this.#acquire(options ?? {});
  }

  /** Takes a token that came another way, by an enrollment for example. Clears deadline and latch. @throws LeaseError if it is of no use */
  adopt(success: Omit<RefreshSuccess, 'kind'>): Grant {
    if (this.#closed !== null) throw this.#closed;
    const grant = this.#ledger.install({ ...success, kind: 'success' }, 'adopt');
    if (typeof grant === 'string') {
      throw new LeaseError('ERR_LEASE_INVALID', `The ${this.#options.name} cannot be adopted: ${grant}.`);
    }
    this.#ledger.heard(success.answer);
    this.#counts.adopted += 1;
    return grant;
  }

  /**
   * Says that the token was refused somewhere else: a 401, or a 404 that means the authority forgot who is asking (`gone`: the next
   * refresh enrolls). Does nothing if there is a newer token already.
   *
   * Lifts the deadline, except when the token had just been minted: then it sets one, if there is none.
   *
   * @returns whether the token was forgotten
   */
  reject(grant: Grant, reason: 'unauthorized' | 'gone' = 'unauthorized'): boolean {
    const { held } = this.#ledger.record;
    if (held === null || !this.#ledger.clear(grant.generation, 'rejected')) return false;
    if (reason === 'gone') this.#ledger.setGone();
    const now = this.#ledger.now();
    if (remaining(later(held.mintedAt, JUST_MINTED_MS), now) <= 0) {
      this.#ledger.lift('rejected');
    } else if (!isAhead(this.#ledger.record.deadline, now)) {
      const failure: RefreshFailure = { kind: reason, message: 'the token was refused right after it was minted' };
      this.#ledger.defer('rejected', failure);
    }
    return true;
  }

  /** The account's credentials are not those that were refused: the authority may be asked again. A deadline stays. */
  credentialsChanged(): void {
    this.#ledger.credentialsChanged();
  }

  /** The identity changed: forgets the token and drops the answer under way. Deadline and latch stay. */
  reset(): void {
    if (this.#closed !== null) return;
    const abort = this.#abort;
    this.#abort = new AbortController();
    this.#ledger.reset();
    abort.abort(new Error('The identity changed.'));
  }

  /**
   * Waits until there is a valid token, through deadlines and refusals. Asks no more often than `acquire()` may.
   * The wait does not keep a process alive.
   *
   * @throws LeaseClosedError when the lease is closed; the signal's reason when that aborts
   */
  async waitUntilReady({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Grant> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#closed !== null) throw this.#closed;
      let pause = 0;
      if (decide(this.#ledger.record, this.#ledger.now()) !== 'deferred') {
        try {
          return await this.acquire({ signal });
        } catch (error) {
          if (!(error instanceof LeaseError) || error instanceof LeaseClosedError) throw error;
          pause = MIN_WAIT_MS;
        }
      }
      await this.#change(pause, signal);
    }
  }

  /** Renews in the background, at a random moment of the window, until stopped. Does not keep a process alive. */
  keepFresh(): { stop(): void } {
    if (this.#closed !== null) throw this.#closed;
    return { stop: this.#renewal.start() };
  }

  snapshot(): LeaseSnapshot {
    const counts = { ...this.#counts, listenerErrors: this.#ledger.events.errors };
    const sharing = this.#sharing === null ? 'alone' : this.#sharing.isFailing ? 'failing' : 'shared';
    return takeSnapshot(this.#ledger.record, this.#ledger.now(), this.#flight !== null, sharing, counts);
  }

  /** Calls `listener` on every event of `type`. @returns what ends that */
  on<T extends LeaseEventType>(type: T, listener: LeaseListener<T>): () => void {
    return this.#ledger.events.on(type, listener);
  }

  /**
   * Aborts the refresh, ends every wait with a `LeaseClosedError`, and forgets the token. What is stored stays; if a request was under
   * way, a deadline is stored too, so that the next process does not ask as if nothing had been sent.
   */
  close(): void {
    if (this.#closed !== null) return;
    this.#closed = new LeaseClosedError(this.#options.name);
    this.#renewal.stop();
    this.#sharing?.close();
    this.#abort.abort(this.#closed);
    this.#ledger.close();
  }

  /** Whether the renewal window is still ahead. Valid tokens of which that is not true need an exact look. */
  #isEarly({ renewFrom }: Held): boolean {
    const { clock } = this.#options;
    const now = clock.recent === undefined ? this.#ledger.now() : clock.recent();
    return now.monotonic < renewFrom.monotonic && now.wall < renewFrom.wall;
  }

  async #acquire({ signal, minValidityMs = 0 }: AcquireOptions): Promise<Grant> {
    inRange('minValidityMs', minValidityMs, 0, 86_400_000);
    let error: LeaseError | null = null;
    for (let look = 0; ; look += 1) {
      signal?.throwIfAborted();
      if (this.#closed !== null) throw this.#closed;
      const { record } = this.#ledger;
      const now = this.#ledger.now();
      const may = mayAsk(record, now);
      if (isValid(record.held, now)) {
        const wait = look === 0 && may && isTooShort(record.held, now, minValidityMs);
        if (!wait) {
          if (look === 0 && remaining(record.held.renewFrom, now) <= 0) this.#renewBehind(may);
          return record.held.grant;
        }
      } else if (error !== null) {
        throw error;
      } else if (!may && this.#flight === null) {
        this.#counts.suppressed += 1;
        throw refused(this.#options.name, record, now);
      } else if (look === MAX_FLIGHTS) {
        throw failed(this.#options.name, OVERTAKEN, record, now);
      }
      error = await detachable(this.#join(), signal);
    }
  }

  #renewBehind(may: boolean): void {
    if (!may) this.#counts.suppressed += 1;
    else void this.#join();
  }

  #join(): Promise<LeaseError | null> {
    if (this.#flight !== null) this.#counts.joined += 1;
    return this.#fly();
  }

  /** The flight under way, or a new one. Never rejects. */
  #fly(): Promise<LeaseError | null> {
    if (this.#flight !== null) return this.#flight;
    const context = {
      ledger: this.#ledger,
      options: this.#options,
      counts: this.#counts,
      budget: this.#budget,
      sharing: this.#sharing,
      signal: this.#abort.signal,
      epoch: this.#ledger.record.epoch,
    };
    const land = (error: LeaseError | null): LeaseError | null => {
      this.#flight = null;
      this.#renewal.look();
      return error;
    };
    // Not in this call: a refresh function that comes back here at once must find the flight under way.
    this.#flight = Promise.resolve()
      .then(() => fly(context))
      .then(land, (cause: unknown) => land(this.#broken(cause)));
    return this.#flight;
  }

  /** An injected clock or random threw. */
  #broken(cause: unknown): LeaseError {
    return new LeaseError('ERR_LEASE_TRANSIENT', `No ${this.#options.name}: the lease itself failed.`, { cause });
  }

  /** Waits for a change of the record, the deadline's end, or the end of a slice of it; at least `pauseMs`. */
  #change(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { latch, deadline } = this.#ledger.record;
    const ahead = deadline === null ? 0 : remaining(deadline.until, this.#ledger.now());
    const wait = latch !== null ? MAX_TIMER_MS : Math.ceil(Math.min(Math.max(ahead, pauseMs, 1), MAX_TIMER_MS));
    return new Promise((resolve, reject) => {
      const done = (how: () => void): void => {
        unwatch();
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        closing.removeEventListener('abort', onDone);
        how();
      };
      const onDone = (): void => done(resolve);
      const onAbort = (): void => done(() => reject(signal?.reason));
      const closing = this.#abort.signal;
      const unwatch = this.#ledger.watch(onDone);
      const timer = this.#options.clock.setTimer(wait, onDone);
      closing.addEventListener('abort', onDone);
      signal?.addEventListener('abort', onAbort);
    });
  }
}

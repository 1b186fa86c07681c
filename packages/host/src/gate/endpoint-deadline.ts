import {
  type Clock,
  type Deadline,
  type DeadlineReason,
  type DeadlineStore,
  endsAt,
  isAhead,
  planDeadline,
  type Random,
  type Reading,
  restoreDeadline,
} from '@holdfast/lease';

/** The furthest that a relay's Retry-After is followed, in milliseconds. After that comes one probe. */
const CAP_MS = 60 * 60_000;

export interface EndpointFailure {
  readonly reason: DeadlineReason;
  /** For a person, without a full stop. */
  readonly message: string;
  /** The headers of the answer, null where there was none. */
  readonly retryAfter: string | null;
  readonly date: string | null;
}

export interface DeadlineSet {
  readonly endpoint: string;
  readonly message: string;
  /** Wall clock in milliseconds. */
  readonly retryAt: number;
}

export interface EndpointDeadlineOptions {
  /** What people and logs call the endpoint. */
  readonly endpoint: string;
  /** Keeps it across restarts. */
  readonly store: DeadlineStore;
  readonly clock: Clock;
  readonly random: Random;
  /** The wait in milliseconds after so many failures in a row, where the answer names none. Default: as the lease, 24 to 36 s first. */
  readonly backoff?: (failures: number, random: Random) => number;
  readonly onSet?: (event: DeadlineSet) => void;
  readonly onStoreFailed?: (endpoint: string, error: unknown) => void;
}

/** When one endpoint of the relay may be asked again. Kept across restarts, and clamped when it is read back. */
export class EndpointDeadline {
  readonly #options: EndpointDeadlineOptions;
  #deadline: Deadline | null = null;
  /** In a row. */
  #failures = 0;
  #message = '';

  constructor(options: EndpointDeadlineOptions) {
    this.#options = options;
    this.#restore();
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  /** Of the failure that set it: a sentence for a person. */
  get message(): string {
    return this.#message;
  }

  get reason(): DeadlineReason | null {
    return this.#deadline?.reason ?? null;
  }

  /** Milliseconds until the endpoint may be asked; 0: now. */
  remaining(): number {
    const now = this.#now();
    return isAhead(this.#deadline, now) ? Math.max(0, endsAt(this.#deadline, now) - now.wall) : 0;
  }

  /** Wall clock in milliseconds; null when the endpoint may be asked now. */
  retryAt(): number | null {
    const now = this.#now();
    return isAhead(this.#deadline, now) ? endsAt(this.#deadline, now) : null;
  }

  /** A call failed. Of several that were under way at once, the first counts, and the latest Retry-After. @returns wall clock in milliseconds */
  fail({ reason, message, retryAfter, date }: EndpointFailure): number {
    const now = this.#now();
    const isOneOfMany = isAhead(this.#deadline, now);
    const failures = isOneOfMany ? this.#failures : this.#failures + 1;
    const planned = this.#plan(reason, { retryAfter, date }, now, failures);
    const held = this.#deadline;
    if (isOneOfMany && held !== null && (planned.source === 'backoff' || planned.until.wall <= held.until.wall)) {
      return endsAt(held, now);
    }
    this.#deadline = planned;
    this.#failures = failures;
    this.#message = message;
    const retryAt = endsAt(planned, now);
    const { setAt, source } = planned;
    this.#save(() => this.#options.store.save({ retryAt, setAt, reason, source, failures }));
    this.#options.onSet?.({ endpoint: this.endpoint, message, retryAt });
    return retryAt;
  }

  /** A call succeeded. One that was under way when the deadline was set does not end it. */
  succeed(): void {
    if (!isAhead(this.#deadline, this.#now())) this.lift();
  }

  /** Lets the endpoint be asked at once. */
  lift(): void {
    if (this.#deadline === null && this.#failures === 0) return;
    this.#deadline = null;
    this.#failures = 0;
    this.#save(() => this.#options.store.save(null));
  }

  #plan(
    reason: DeadlineReason,
    { retryAfter, date }: Pick<EndpointFailure, 'retryAfter' | 'date'>,
    now: Reading,
    failures: number,
  ): Deadline {
    const { random, backoff } = this.#options;
    const answer = { status: null, requestId: null, retryAfter, date, receivedAt: now };
    const planned = planDeadline({ reason, answer, now, failures, capMs: CAP_MS, random });
    if (planned.source === 'retry-after' || backoff === undefined) return planned;
    const wait = backoff(failures, random);
    return { ...planned, until: { wall: now.wall + wait, monotonic: now.monotonic + wait } };
  }

  #restore(): void {
    const now = this.#now();
    try {
      const stored = this.#options.store.load();
      if (stored === null) return;
      const { deadline, failures } = restoreDeadline(stored, now, CAP_MS);
      this.#deadline = deadline;
      this.#failures = failures;
      this.#message = `${this.endpoint} failed before this host was started`;
    } catch (error) {
      // Nobody knows whether a deadline was in force: waiting a little is safe, asking is not.
      this.#deadline = this.#plan('store', { retryAfter: null, date: null }, now, 1);
      this.#message = `whether ${this.endpoint} may be asked is unknown, since its stored deadline could not be read`;
      this.#options.onStoreFailed?.(this.endpoint, error);
    }
  }

  /** Within this process the deadline is in force all the same. */
  #save(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.onStoreFailed?.(this.endpoint, error);
    }
  }

  #now(): Reading {
    const { clock } = this.#options;
    return { wall: clock.wall(), monotonic: clock.monotonic() };
  }
}

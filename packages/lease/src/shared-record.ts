import type { MutableCounts } from './counts.ts';
import { planDeadline } from './deadline.ts';
import { DeadlineSync } from './deadline-sync.ts';
import { isValid, mayAsk } from './decide.ts';
import type { Ledger } from './ledger.ts';
import type { ResolvedOptions } from './options.ts';
import type { RefreshFailure } from './outcome.ts';
import { type SharedDeadline, shareDeadline } from './shared-deadline.ts';
import { emptyState, formatState, lockLeft, parseState, type SharedLock, type SharedState } from './shared-state.ts';
import { SharedTokens } from './shared-tokens.ts';
import type { LeaseStore, StoreView } from './store.ts';
import { StoreAccess } from './store-access.ts';

/**
 * - `keep`: learn what others wrote, and write what is new here.
 * - `take`: likewise, and take the lock if the authority may be asked.
 * - `drop`: likewise, and let go of the lock.
 */
export type Wish = 'keep' | 'take' | 'drop';

/** `look`: the record has changed, or forbids a request. A number: another lease holds the lock for this long, in ms. */
export type Verdict = 'taken' | 'look' | number;

/** By how much a lock outlives the request that it is for: room for slow stores and for a process that is held up. */
const LOCK_MARGIN_MS = 5_000;

/** How many times a change is tried when others change the record at the same time. */
const MAX_ROUNDS = 16;

const HOLDER_DIED: RefreshFailure = {
  kind: 'transient',
  message: 'another process ended in the middle of a refresh, which may have been carried out',
};
const TOLD_AMBIGUOUS: RefreshFailure = {
  kind: 'transient',
  message: 'another process, or an earlier one, sent a refresh that may have been carried out, and got no answer',
};

/** The last that a lease has to say. */
interface Closing {
  /** For the next process, if a request was under way. */
  readonly deadline: SharedDeadline | null;
  readonly ambiguous: boolean;
  readonly forgetsToken: boolean;
}

/** Keeps one lease's ledger and the record that several leases share in step. */
export class SharedRecord {
  readonly access: StoreAccess;
  /** How long a lock lasts, in ms. */
  readonly lockMs: number;
  readonly #ledger: Ledger;
  readonly #options: ResolvedOptions;
  readonly #deadline: DeadlineSync;
  readonly #tokens: SharedTokens | null;
  readonly #owner = randomOwner();
  /** The version that was not readable, so that it is told once. */
  #garbled: number | null = null;
  /** When the lock was taken, by the monotonic clock; null while this lease does not hold it. */
  #lockedAt: number | null = null;
  #closing: Closing | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(ledger: Ledger, options: ResolvedOptions, store: LeaseStore, counts: MutableCounts) {
    const { clock, shareToken, windowMs, timeoutMs } = options;
    this.#ledger = ledger;
    this.#options = options;
    this.lockMs = timeoutMs + LOCK_MARGIN_MS;
    this.access = new StoreAccess(store, clock, ledger.events);
    this.#deadline = new DeadlineSync(ledger, this.access, options.deadlineCapMs);
    const { authority } = store;
    this.#tokens =
      shareToken === undefined
        ? null
        : new SharedTokens(ledger, this.access, counts, { shareToken, authority, windowMs });
  }

  get lockedAt(): number | null {
    return this.#lockedAt;
  }

  /** Whether this lease knows something that the store does not. */
  get isNew(): boolean {
    const { latch, generation } = this.#ledger.record;
    const { state } = this.access;
    const isKnown = (latch === 'ambiguous') === state.ambiguous && generation <= state.generation;
    return !isKnown || this.#deadline.isNew || this.#tokens?.isNew === true;
  }

  /** Learns what is stored, if the store can tell at once. @throws what the store throws */
  load(): void {
    const view = this.access.readNow();
    if (view === null) return;
    this.#learn(view);
    // With a token to open first, its generation must still be news.
    if (this.#tokens === null || this.access.state.token === null) {
      this.#ledger.raiseGeneration(this.access.state.generation);
    }
  }

  /** Has the lease wait, once until the store works again. It outlasts a lock that was seen. */
  deferBlind(cause: unknown): void {
    this.#deadline.waitBlind(this.#lockSeen(), cause);
  }

  /**
   * One look at the store and one change of it, after those before it, so that each knows what the one before it wrote.
   *
   * @param since with `take`: a token of a later generation makes the request needless
   * @throws what the store throws, when it has been told
   */
  cycle(wish: Wish, since = Number.POSITIVE_INFINITY): Promise<Verdict> {
    const run = this.#queue.then(() => this.#run(wish, since));
    this.#queue = run.catch(() => {});
    return run;
  }

  /** Writes the last there is to say, at once if the store can. `asking`: in the middle of a request. */
  close(asking: boolean): void {
    this.#closing = {
      deadline: asking ? this.#closingDeadline() : null,
      ambiguous: asking && !this.#options.refreshIsIdempotent,
      forgetsToken: this.#tokens?.mustForget === true,
    };
    const isDue = this.#lockedAt !== null || this.isNew;
    if (isDue && this.access.writeNow(this.#closingState(null, this.#closing))) this.#lockedAt = null;
  }

  /** The lock could not be let go of: it ends by itself, and a request needs it anew. */
  abandonLock(): void {
    this.#lockedAt = null;
  }

  async #run(wish: Wish, since: number): Promise<Verdict> {
    if (wish === 'drop' && this.#lockedAt === null && (this.#closing !== null || !this.isNew)) return 'look';
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const readAt = this.#options.clock.monotonic();
      const view = await this.access.read();
      this.#learn(view);
      if (this.#closing === null) await this.#tokens?.adopt();
      this.#ledger.raiseGeneration(this.access.state.generation);
      if (wish === 'keep' && this.access.isResting) return 'look';
      const { lock, verdict } = this.#decide(wish, since, view.now);
      const { deadline } = this.#ledger.record;
      const next = this.#closing === null ? await this.#next(lock) : this.#closingState(lock, this.#closing);
      const isStored = formatState(next) === formatState(this.access.state) && this.#garbled !== view.version;
      if (isStored || (await this.access.write(view.version, next))) {
        this.#deadline.stored(deadline);
        if (lock?.owner !== this.#owner) this.#lockedAt = null;
        else if (verdict === 'taken') this.#lockedAt = readAt;
        return verdict;
      }
    }
    throw this.access.failed('write', new Error('the shared record kept changing'));
  }

  /** Takes over what others wrote. What is new here stays, unless theirs forbids more. */
  #learn(view: StoreView): void {
    const before = this.access.state;
    const stored = this.#parse(view);
    if (stored === null) return;
    this.access.version = view.version;
    this.access.state = stored;
    this.#deadline.learn(before.deadline, stored.deadline, view.now);
    const { latch } = this.#ledger.record;
    if (stored.ambiguous === before.ambiguous || (latch === 'ambiguous') !== before.ambiguous) return;
    if (stored.ambiguous) this.#ledger.latch('ambiguous', TOLD_AMBIGUOUS);
    else this.#ledger.siblingUnlatched();
  }

  /** Null if the record is garbled: it is then written anew, with a deadline in case one was in it. */
  #parse(view: StoreView): SharedState | null {
    try {
      const state = parseState(view.text);
      this.#garbled = null;
      return state;
    } catch (error) {
      if (this.#garbled === view.version) return null;
      this.#garbled = view.version;
      this.access.failed('read', error);
      this.#deadline.replace(this.#lockSeen(), error);
      this.access.version = view.version;
      this.access.state = emptyState;
      return null;
    }
  }

  #decide(wish: Wish, since: number, storeNow: number): { lock: SharedLock | null; verdict: Verdict } {
    const { lock } = this.access.state;
    const isMine = lock?.owner === this.#owner;
    const others = isMine ? null : lock;
    if (wish !== 'take' || this.#closing !== null) {
      const isHeld = isMine && wish === 'keep' && this.#lockedAt !== null;
      return { lock: isHeld ? lock : others, verdict: 'look' };
    }
    const { record } = this.#ledger;
    const now = this.#ledger.now();
    const isServed = isValid(record.held, now) && record.held.grant.generation > since;
    if (isServed || !mayAsk(record, now)) return { lock: others, verdict: 'look' };
    if (others !== null) {
      const left = lockLeft(others, storeNow);
      if (left > 0) return { lock: others, verdict: left };
      if (!this.#options.refreshIsIdempotent) {
        this.#ledger.latch('ambiguous', HOLDER_DIED);
        return { lock: null, verdict: 'look' };
      }
    }
    return { lock: { owner: this.#owner, startedAt: storeNow, until: storeNow + this.lockMs }, verdict: 'taken' };
  }

  async #next(lock: SharedLock | null): Promise<SharedState> {
    const { generation, latch } = this.#ledger.record;
    const { state } = this.access;
    const deadline = this.#deadline.next();
    return {
      generation: Math.max(generation, state.generation),
      deadline,
      ambiguous: latch === 'ambiguous',
      lock,
      token: this.#tokens === null ? state.token : await this.#tokens.next(),
    };
  }

  #closingState(lock: SharedLock | null, closing: Closing): SharedState {
    const { state } = this.access;
    const others = state.lock?.owner === this.#owner ? null : state.lock;
    const { generation, latch } = this.#ledger.record;
    return {
      generation: Math.max(generation, state.generation),
      deadline: laterOf(closing.deadline, this.#deadline.next()),
      ambiguous: latch === 'ambiguous' || closing.ambiguous,
      lock: lock ?? others,
      token: closing.forgetsToken && this.#tokens !== null ? this.#tokens.stored() : state.token,
    };
  }

  /** Who closes in the middle of a request leaves a deadline: the next process must not ask as if nothing had been sent. */
  #closingDeadline(): SharedDeadline {
    const { deadlineCapMs: capMs, random } = this.#options;
    const now = this.#ledger.now();
    const failures = this.#ledger.record.failures + 1;
    const plan = planDeadline({ reason: 'transient', answer: null, now, failures, capMs, random });
    return shareDeadline(plan, failures, now, this.access.now());
  }

  #lockSeen(): number {
    const { lock } = this.access.state;
    return lock === null || lock.owner === this.#owner ? 0 : lockLeft(lock, this.access.now());
  }
}

function laterOf(one: SharedDeadline | null, other: SharedDeadline | null): SharedDeadline | null {
  if (one === null || other === null) return one ?? other;
  return one.retryAt >= other.retryAt ? one : other;
}

function randomOwner(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

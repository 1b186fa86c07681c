import { ManualClock, settle } from '../../testkit/src/manual-clock.ts';
import { type Grant, Lease, type LeaseOptions, type RefreshAttempt, type RefreshOutcome } from '../src/index.ts';

export { ManualClock, settle };

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** An authority in memory: it answers as told, or when told, and counts. */
export class FakeAuthority {
  readonly clock: ManualClock;
  /** How long its tokens live, in ms. */
  lifeMs = HOUR;
  /** How the next requests are answered. */
  next: (attempt: RefreshAttempt) => RefreshOutcome | Promise<RefreshOutcome>;
  readonly attempts: RefreshAttempt[] = [];
  /** Requests under way, and the most there ever were. */
  running = 0;
  mostRunning = 0;
  #minted = 0;

  constructor(clock: ManualClock) {
    this.clock = clock;
    this.next = () => this.token();
  }

  get requests(): number {
    return this.attempts.length;
  }

  readonly refresh = async (attempt: RefreshAttempt): Promise<RefreshOutcome> => {
    this.attempts.push(attempt);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      return await this.next(attempt);
    } finally {
      this.running -= 1;
    }
  };

  token(lifeMs: number = this.lifeMs): RefreshOutcome & { kind: 'success' } {
    this.#minted += 1;
    return {
      kind: 'success',
      token: `secret-${this.#minted}`,
      expiresAt: this.clock.wall() + lifeMs,
      answer: this.answer(200),
    };
  }

  answer(status: number, headers: { retryAfter?: string; date?: string } = {}) {
    const { retryAfter = null, date = null } = headers;
    const receivedAt = { wall: this.clock.wall(), monotonic: this.clock.monotonic() };
    return { status, requestId: `req-${this.requests}`, retryAfter, date, receivedAt };
  }

  /** From now on every request fails like this. */
  fail(kind: 'transient' | 'invalid' | 'unauthorized' | 'gone', status = 503, retryAfter?: string): void {
    this.next = () => this.failure(kind, status, retryAfter);
  }

  failure(kind: 'transient' | 'invalid' | 'unauthorized' | 'gone', status = 503, retryAfter?: string): RefreshOutcome {
    return {
      kind,
      message: `answered ${status}`,
      answer: this.answer(status, retryAfter === undefined ? {} : { retryAfter }),
    };
  }

  recover(): void {
    this.next = () => this.token();
  }

  /** From now on requests hang until they are answered by the returned function, or until their signal aborts. */
  hang(): (outcome: RefreshOutcome) => void {
    const { promise, resolve } = Promise.withResolvers<RefreshOutcome>();
    this.next = ({ signal }) => {
      const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      return Promise.race([promise, aborted]);
    };
    return resolve;
  }
}

export interface Setup {
  readonly clock: ManualClock;
  readonly authority: FakeAuthority;
  readonly lease: Lease;
}

/** A lease over a manual clock, with the middle of every random range. */
export function setup(options: Partial<LeaseOptions> = {}, clock = new ManualClock()): Setup {
  const authority = new FakeAuthority(clock);
  const lease = new Lease({ refresh: authority.refresh, clock, random: () => 0.5, ...options });
  return { clock, authority, lease };
}

/** A lease whose token is in the renewal window, with `leftMs` to live. */
export async function inWindow(leftMs: number = 4 * MINUTE, options: Partial<LeaseOptions> = {}) {
  const context = setup(options);
  const grant = await context.lease.acquire();
  await context.clock.advance(HOUR - leftMs);
  return { ...context, grant };
}

/** What a promise came to, without waiting for time to pass. */
export async function outcomeOf(promise: Promise<Grant>): Promise<string> {
  const pending = Symbol('pending');
  promise.catch(() => {});
  await settle();
  try {
    const first = await Promise.race([promise, Promise.resolve(pending)]);
    return typeof first === 'symbol' ? 'pending' : first.token;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

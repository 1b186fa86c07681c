import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Grant, Lease, LeaseError, type RefreshAttempt, type RefreshOutcome } from '../src/index.ts';
import { HOUR, ManualClock, MINUTE, SECOND } from './harness.ts';

/** How the authority answers the next request: with what, and after how long. */
interface Reply {
  readonly kind: RefreshOutcome['kind'] | 'throw' | 'hang';
  readonly lifeMs: number;
  readonly delayMs: number;
  readonly retryAfter: string | null;
}

type Step =
  | { readonly do: 'acquire'; readonly minValidityMs: number }
  | { readonly do: 'abandon' }
  | { readonly do: 'peek' }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'near-expiry'; readonly ms: number; readonly asleep: boolean }
  | { readonly do: 'set-wall'; readonly ms: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'reject'; readonly which: number }
  | { readonly do: 'adopt'; readonly lifeMs: number }
  | { readonly do: 'reset' }
  | { readonly do: 'credentials' }
  | { readonly do: 'keep-fresh' };

const life = fc.oneof(
  fc.integer({ min: -SECOND, max: 5 * SECOND }),
  fc.integer({ min: 5 * SECOND, max: 3 * MINUTE }),
  fc.integer({ min: MINUTE, max: 2 * HOUR }),
);
const span = fc.oneof(fc.integer({ min: 0, max: 40 * SECOND }), fc.integer({ min: 0, max: 10 * MINUTE }));

const reply: fc.Arbitrary<Reply> = fc.record({
  kind: fc.constantFrom('success', 'success', 'transient', 'invalid', 'unauthorized', 'gone', 'throw', 'hang'),
  lifeMs: life,
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 * SECOND })),
  retryAfter: fc.constantFrom(null, null, '0', '1', '60', '7200', '99999999999', 'soon'),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('acquire'), minValidityMs: fc.constantFrom(0, 0, MINUTE, HOUR) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('peek') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('advance'), ms: span }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('near-expiry'),
      ms: fc.integer({ min: -3 * SECOND, max: 3 * SECOND }),
      asleep: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('set-wall'), ms: fc.integer({ min: -2 * HOUR, max: 2 * HOUR }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep'), ms: span }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reject'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('adopt'), lifeMs: life }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('credentials') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keep-fresh') }) },
);

/** When a token ends by either clock, as the model knows it apart from the lease. */
interface Minted {
  readonly wall: number;
  readonly monotonic: number;
}

/** Runs a lease through a story, beside a model that watches what must never happen. */
class World {
  readonly clock = new ManualClock();
  readonly lease: Lease;
  readonly #replies: readonly Reply[];
  readonly #minted = new Map<string, Minted>();
  readonly #grants: Grant[] = [];
  readonly #broken: string[] = [];
  /** A deadline that was told and neither cleared nor ended: by both clocks. */
  #deadline: Minted | null = null;
  #latched = false;
  #running = 0;
  #requests = 0;
  #tokens = 0;

  constructor(replies: readonly Reply[], dice: readonly number[]) {
    this.#replies = replies;
    let throws = 0;
    const answer = (attempt: RefreshAttempt) => this.#answer(attempt);
    this.lease = new Lease({
      clock: this.clock,
      random: () => dice[throws++ % dice.length] ?? 0,
      refresh: answer,
      reenroll: answer,
      recover: async () => this.#requests % 2 === 0,
    });
    this.lease.on('deadline-set', ({ retryAt }) => {
      const ahead = retryAt - this.clock.wall();
      this.#expect(ahead <= HOUR, 'a deadline lies beyond the cap');
      this.#deadline = { wall: retryAt, monotonic: this.clock.monotonic() + ahead };
    });
    this.lease.on('deadline-cleared', () => {
      this.#deadline = null;
    });
    this.lease.on('latched', () => {
      this.#latched = true;
    });
    this.lease.on('unlatched', () => {
      this.#latched = false;
    });
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'acquire':
        return void this.#acquire(step.minValidityMs);
      case 'abandon': {
        const abort = new AbortController();
        this.lease.acquire({ signal: abort.signal }).catch(() => {});
        abort.abort();
        return;
      }
      case 'peek': {
        const grant = this.lease.peek();
        if (grant !== null) this.#handedOut(grant);
        return;
      }
      case 'advance':
        return this.clock.advance(step.ms);
      case 'near-expiry':
        return this.#nearExpiry(step.ms, step.asleep);
      case 'set-wall':
        return this.clock.setWallBy(step.ms);
      case 'sleep':
        return this.clock.sleep(step.ms);
      case 'reject':
        return this.#reject(step.which);
      case 'adopt':
        return this.#adopt(step.lifeMs);
      case 'reset':
        return this.lease.reset();
      case 'credentials':
        return this.lease.credentialsChanged();
      case 'keep-fresh':
        return void this.lease.keepFresh();
    }
  }

  async end(): Promise<void> {
    await this.clock.advance(2 * MINUTE);
    this.lease.close();
    await this.clock.advance(0);
    assert.equal(this.clock.timers - this.#running, 0, 'timers are left after close');
    assert.deepEqual(this.#broken, []);
  }

  #expect(condition: boolean, otherwise: string): void {
    if (!condition) this.#broken.push(otherwise);
  }

  async #acquire(minValidityMs: number): Promise<void> {
    const before = this.lease.peek();
    try {
      const grant = await this.lease.acquire({ minValidityMs });
      this.#handedOut(grant);
      this.#grants.push(grant);
      if (before !== null) this.#expect(grant.generation >= before.generation, 'an older token came after a newer one');
    } catch (error) {
      this.#expect(error instanceof LeaseError, `an error that is not the lease's: ${error}`);
      if (error instanceof LeaseError && error.code !== 'ERR_LEASE_CLOSED') {
        this.#expect(this.lease.peek() === null, `rejected with ${error.code} while there is a valid token`);
      }
    }
  }

  /** Goes to within a few seconds of where the newest token ends: where the mistakes are. */
  async #nearExpiry(ms: number, asleep: boolean): Promise<void> {
    const newest = [...this.#minted.values()].at(-1);
    const ahead = newest === undefined ? 0 : newest.monotonic - this.clock.monotonic() + ms;
    if (ahead <= 0 || ahead > 2 * HOUR) return;
    if (asleep) this.clock.sleep(ahead);
    else await this.clock.advance(ahead);
  }

  #handedOut(grant: Grant): void {
    const ends = this.#minted.get(grant.token);
    const valid = ends !== undefined && this.clock.wall() < ends.wall && this.clock.monotonic() < ends.monotonic;
    this.#expect(valid, 'an expired token was handed out');
  }

  #reject(which: number): void {
    const grant = this.#grants[which % Math.max(1, this.#grants.length)];
    if (grant === undefined) return;
    const held = this.lease.peek();
    this.lease.reject(grant);
    if (held !== null && held.generation !== grant.generation) {
      this.#expect(this.lease.peek() === held, 'an old generation cleared a newer one');
    }
  }

  #adopt(lifeMs: number): void {
    try {
      this.#grants.push(this.lease.adopt({ token: this.#mint(lifeMs), expiresAt: this.clock.wall() + lifeMs }));
    } catch (error) {
      this.#expect(lifeMs < SECOND && error instanceof LeaseError, `a good token was not adopted: ${error}`);
    }
  }

  #mint(lifeMs: number): string {
    this.#tokens += 1;
    const token = `token-${this.#tokens}`;
    this.#minted.set(token, { wall: this.clock.wall() + lifeMs, monotonic: this.clock.monotonic() + lifeMs });
    return token;
  }

  async #answer({ signal }: RefreshAttempt): Promise<RefreshOutcome> {
    this.#running += 1;
    this.#expect(this.#running === 1, 'two requests at once');
    this.#expect(!this.#latched, 'a request with refused credentials');
    const ends = this.#deadline;
    const ended = ends === null || this.clock.wall() >= ends.wall || this.clock.monotonic() >= ends.monotonic;
    this.#expect(ended, 'a request before the deadline');
    const next = this.#replies[this.#requests++ % this.#replies.length];
    assert.ok(next !== undefined);
    try {
      await this.#pause(next.kind === 'hang' ? HOUR : next.delayMs, signal);
      return this.#outcome(next);
    } finally {
      this.#running -= 1;
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimer(ms, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }

  #outcome({ kind, lifeMs, retryAfter }: Reply): RefreshOutcome {
    const receivedAt = { wall: this.clock.wall(), monotonic: this.clock.monotonic() };
    const answer = { status: 200, requestId: null, retryAfter, date: null, receivedAt };
    if (kind === 'success') {
      return { kind, token: this.#mint(lifeMs), expiresAt: this.clock.wall() + lifeMs, answer };
    }
    if (kind === 'throw' || kind === 'hang') throw new TypeError('fetch failed');
    return { kind, message: kind, answer };
  }
}

test('whatever happens, in whatever order, the lease keeps its promises', async () => {
  const story = fc.record({
    replies: fc.array(reply, { minLength: 1, maxLength: 12, size: 'max' }),
    dice: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 5, size: 'max' }),
    steps: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ replies, dice, steps }) => {
      const world = new World(replies, dice);
      for (const one of steps) await world.take(one);
      await world.end();
    }),
    { numRuns: 1_000, seed: 20_300_101 },
  );
});

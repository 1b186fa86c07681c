import assert from 'node:assert/strict';
import {
  type Clock,
  type Grant,
  Lease,
  LeaseError,
  type LeaseStore,
  MemoryStore,
  type RefreshAttempt,
  type RefreshOutcome,
} from '../src/index.ts';
import { lockLeft, parseState, type SharedState } from '../src/shared-state.ts';
import { HOUR, ManualClock, MINUTE, settle } from './harness.ts';
import { FaultyStore, KEY } from './siblings.ts';

/** How the authority answers the next request: with what, and after how long. */
export interface Reply {
  readonly kind: RefreshOutcome['kind'] | 'throw' | 'hang';
  readonly lifeMs: number;
  readonly delayMs: number;
  readonly retryAfter: string | null;
}

export interface WorldOptions {
  readonly processes: number;
  readonly shareToken: boolean;
  /** How long every call of the store takes, in ms. */
  readonly storeDelayMs: number;
  readonly replies: readonly Reply[];
  readonly dice: readonly number[];
}

/** When something ends by either clock. */
interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export class Process {
  readonly lease: Lease;
  readonly store: FaultyStore;
  readonly grants: Grant[] = [];
  /** Killed: nothing of it happens any more. */
  isDead = false;
  isClosed = false;

  constructor(lease: Lease, store: FaultyStore) {
    this.lease = lease;
    this.store = store;
  }
}

/** Encryption takes real time, which virtual time must not overtake. */
let encrypting = 0;
for (const name of ['encrypt', 'decrypt', 'importKey'] as const) {
  const real: unknown = crypto.subtle[name];
  assert.ok(typeof real === 'function');
  const value = (...args: unknown[]): Promise<unknown> => {
    encrypting += 1;
    return Reflect.apply(real, crypto.subtle, args).finally(() => {
      encrypting -= 1;
    });
  };
  Object.defineProperty(crypto.subtle, name, { value });
}

/** Several leases on one store, beside a model that watches what must never happen. */
export class World {
  readonly clock = new ManualClock();
  readonly processes: Process[] = [];
  readonly #memory = new MemoryStore({ authority: 'https://auth.example', now: this.clock.monotonic });
  readonly #options: WorldOptions;
  readonly #broken = new Set<string>();
  readonly #minted = new Map<string, Moment>();
  readonly #running = new Set<Process>();
  /** Deadlines that have ended by one clock: they do not come back when that is set back. */
  readonly #ended = new Set<string>();
  /** Faults of the store: what it would have prevented is then no mistake. */
  isStoreSound = true;
  isHealthy = false;
  requests = 0;
  #throws = 0;
  #tokens = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    for (let index = 0; index < options.processes; index += 1) this.processes.push(this.#start());
  }

  get broken(): string[] {
    return [...this.#broken];
  }

  get stored(): SharedState {
    return parseState(this.#memory.read().text);
  }

  process(which: number): Process {
    const process = this.processes[which % this.processes.length];
    assert.ok(process);
    return process;
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.rest();
  }

  async rest(): Promise<void> {
    await settle();
    while (encrypting > 0) await settle();
    await settle();
    this.#look();
  }

  /** kill -9, and another process in its place. */
  crash(which: number): void {
    const process = this.process(which);
    process.isDead = true;
    this.#running.delete(process);
    this.processes[which % this.processes.length] = this.#start();
  }

  /** An orderly end, and another process in its place. */
  restart(which: number): void {
    const process = this.process(which);
    this.#running.delete(process);
    process.isClosed = true;
    process.lease.close();
    this.processes[which % this.processes.length] = this.#start();
  }

  async acquire(which: number, minValidityMs = 0): Promise<void> {
    const process = this.process(which);
    try {
      this.handedOut(process, await process.lease.acquire({ minValidityMs }));
    } catch (error) {
      this.#expect(error instanceof LeaseError, `an error that is not the lease's: ${error}`);
      const isBlameless = process.isClosed || process.lease.peek() === null;
      this.#expect(isBlameless, 'rejected while there is a valid token');
    }
  }

  handedOut(process: Process, grant: Grant): void {
    const ends = this.#minted.get(grant.token);
    const isValid = ends !== undefined && this.clock.wall() < ends.wall && this.clock.monotonic() < ends.monotonic;
    this.#expect(isValid, 'an expired token was handed out');
    const last = process.grants.at(-1);
    this.#expect(last === undefined || grant.generation >= last.generation, 'an older token came after a newer one');
    process.grants.push(grant);
  }

  reject(which: number, grantIndex: number): void {
    const { lease, grants } = this.process(which);
    const grant = grants[grantIndex % Math.max(1, grants.length)];
    if (grant === undefined) return;
    const held = lease.peek();
    lease.reject(grant);
    if (held === null || held.generation === grant.generation) return;
    this.#expect(lease.peek() === held, 'an old generation cleared a newer one');
  }

  adopt(which: number, lifeMs: number): void {
    try {
      const { lease } = this.process(which);
      lease.adopt({ token: this.#mint(lifeMs), expiresAt: this.clock.wall() + lifeMs });
    } catch (error) {
      this.#expect(error instanceof LeaseError, `an error that is not the lease's: ${error}`);
    }
  }

  /** All is well again: everybody who waits gets a token, within the longest deadline and some more. */
  async recover(): Promise<void> {
    this.isHealthy = true;
    for (const { store } of this.processes) store.fault = 'none';
    for (const { lease } of this.processes) lease.credentialsChanged();
    let waiting = this.processes.length;
    for (const process of this.processes) {
      const served = process.lease.waitUntilReady().then((grant) => {
        waiting -= 1;
        this.handedOut(process, grant);
      });
      served.catch(() => {}); // `waiting` tells
    }
    for (let minute = 0; minute < 150 && waiting > 0; minute += 1) await this.advance(MINUTE);
    this.#expect(waiting === 0, 'somebody still waits after the recovery');
    this.#running.clear(); // whose requests end with them
    for (const { lease } of this.processes) lease.close();
    await this.advance(MINUTE);
  }

  #expect(condition: boolean, otherwise: string): void {
    if (!condition) this.#broken.add(otherwise);
  }

  #start(): Process {
    const never = new Promise<never>(() => {});
    const watched: LeaseStore = {
      authority: this.#memory.authority,
      read: () => this.#memory.read(),
      swap: (expected, text) => this.#swap(expected, text),
      watch: (onChange) => this.#memory.watch(onChange),
    };
    const faulty = new FaultyStore(watched, this.clock);
    faulty.delayMs = this.#options.storeDelayMs;
    const store: LeaseStore = {
      authority: watched.authority,
      read: (signal) => (process.isDead ? never : faulty.read(signal)),
      swap: (expected, text, signal) => (process.isDead ? never : faulty.swap(expected, text, signal)),
      watch: (onChange) => watched.watch(() => void (process.isDead || onChange())),
    };
    const clock: Clock = {
      wall: this.clock.wall,
      monotonic: this.clock.monotonic,
      setTimer: (ms, fire) => this.clock.setTimer(ms, () => void (process.isDead || fire())),
    };
    const { dice, shareToken } = this.#options;
    const refresh = (attempt: RefreshAttempt) => (process.isDead ? never : this.#answer(process, attempt));
    // Of the store, the lease looks at once: its place is taken before it is there.
    let process = { isDead: false } as Process;
    const lease = new Lease({
      store,
      clock,
      refresh,
      reenroll: refresh,
      recover: async () => this.requests % 2 === 0,
      random: () => dice[this.#throws++ % dice.length] ?? 0,
      shareToken: shareToken ? { key: KEY } : undefined,
    });
    process = new Process(lease, faulty);
    return process;
  }

  #swap(expected: number, text: string): boolean {
    const { version, text: before, now } = this.#memory.read();
    if (this.#memory.swap(expected, text) && this.isStoreSound)
      this.#checkSwap(parseState(before), parseState(text), now);
    return this.#memory.read().version !== version;
  }

  #checkSwap(before: SharedState, after: SharedState, now: number): void {
    this.#expect(after.generation >= before.generation, 'the shared generation went back');
    const { lock } = after;
    if (lock === null || (lock.owner === before.lock?.owner && lock.startedAt === before.lock.startedAt)) return;
    const isFree = before.lock === null || before.lock.owner === lock.owner || lockLeft(before.lock, now) <= 0;
    this.#expect(isFree, 'a lock was taken from one who had it');
    // A 401, a 404 or a refused token may lift it in the same breath.
    const isLifted = after.deadline === null;
    this.#expect(isLifted || !this.#isAhead(before), 'the lock was taken before the shared deadline');
  }

  #isAhead({ deadline }: SharedState): boolean {
    this.#look();
    return deadline !== null && !this.#ended.has(JSON.stringify(deadline));
  }

  /** Notes what has ended by now. */
  #look(): void {
    const { text, now } = this.#memory.read();
    const { deadline } = parseState(text);
    if (deadline === null) return;
    const hasEnded = deadline.retryAt <= this.clock.wall() || (deadline.until !== null && deadline.until <= now);
    if (hasEnded) this.#ended.add(JSON.stringify(deadline));
  }

  #mint(lifeMs: number): string {
    this.#tokens += 1;
    const token = `token-${this.#tokens}`;
    this.#minted.set(token, { wall: this.clock.wall() + lifeMs, monotonic: this.clock.monotonic() + lifeMs });
    return token;
  }

  async #answer(process: Process, { signal }: RefreshAttempt): Promise<RefreshOutcome> {
    const reply = this.#options.replies[this.requests++ % this.#options.replies.length];
    assert.ok(reply);
    const owner = this.stored.lock?.owner;
    if (this.isStoreSound) {
      this.#expect(this.#running.size === 0, 'two requests at once');
      this.#expect(owner !== undefined, 'a request without a lock');
    } else {
      this.#expect(!this.#running.has(process), 'two requests of one lease at once');
    }
    this.#running.add(process);
    try {
      await this.#pause(this.isHealthy ? 0 : reply.kind === 'hang' ? HOUR : reply.delayMs, signal);
      return this.isHealthy ? this.#success(HOUR) : this.#outcome(reply);
    } finally {
      if (this.#running.delete(process) && this.isStoreSound) {
        this.#expect(this.stored.lock?.owner === owner, 'a lock did not outlive its request');
      }
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

  #success(lifeMs: number): RefreshOutcome {
    return { kind: 'success', token: this.#mint(lifeMs), expiresAt: this.clock.wall() + lifeMs, answer: null };
  }

  #outcome({ kind, lifeMs, retryAfter }: Reply): RefreshOutcome {
    if (kind === 'success') return this.#success(lifeMs);
    if (kind === 'throw' || kind === 'hang') throw new TypeError('fetch failed');
    const receivedAt = { wall: this.clock.wall(), monotonic: this.clock.monotonic() };
    return { kind, message: kind, answer: { status: 200, requestId: null, retryAfter, date: null, receivedAt } };
  }
}

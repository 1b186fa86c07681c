import { Lease, type LeaseOptions, type LeaseStore, MemoryStore } from '../src/index.ts';
import { parseState, type SharedState } from '../src/shared-state.ts';
import { FakeAuthority, ManualClock, outcomeOf } from './harness.ts';

export const KEY = new Uint8Array(32).fill(7);

/** Several leases of one authority and one store, in virtual time. */
export class Siblings {
  readonly clock = new ManualClock();
  readonly authority = new FakeAuthority(this.clock);
  readonly store = new MemoryStore({ authority: 'https://auth.example', now: this.clock.monotonic });
  readonly #options: Partial<LeaseOptions>;

  constructor(options: Partial<LeaseOptions> = {}) {
    this.#options = options;
  }

  get stored(): SharedState {
    return parseState(this.store.read().text);
  }

  lease(options: Partial<LeaseOptions> = {}): Lease {
    const { clock, store, authority } = this;
    return new Lease({ refresh: authority.refresh, clock, store, random: () => 0.5, ...this.#options, ...options });
  }

  leases(count: number, options: Partial<LeaseOptions> = {}): Lease[] {
    return Array.from({ length: count }, () => this.lease(options));
  }

  /** A process that dies without a word as soon as `die` is called: no timer of it fires, nothing of it reaches the store. */
  mortal(options: Partial<LeaseOptions> = {}): { lease: Lease; die: () => void } {
    const { clock, store } = this;
    let isDead = false;
    const never = new Promise<never>(() => {});
    const lease = this.lease({
      store: {
        authority: store.authority,
        read: () => (isDead ? never : store.read()),
        swap: (expected, text) => (isDead ? never : store.swap(expected, text)),
        watch: (onChange) => store.watch(() => void (isDead || onChange())),
      },
      clock: {
        wall: clock.wall,
        monotonic: clock.monotonic,
        setTimer: (ms, fire) => clock.setTimer(ms, () => void (isDead || fire())),
      },
      ...options,
    });
    const die = (): void => {
      isDead = true;
    };
    return { lease, die };
  }
}

/** A store as if its medium were slow, or broken in some way. */
export class FaultyStore implements LeaseStore {
  readonly authority: string;
  readonly #store: LeaseStore;
  readonly #clock: ManualClock;
  /** How long each call takes, in ms; 0: at once. */
  delayMs = 0;
  fault: 'none' | 'read' | 'write' | 'both' | 'hang' | 'write-lost' = 'none';

  constructor(store: LeaseStore, clock: ManualClock) {
    this.authority = store.authority;
    this.#store = store;
    this.#clock = clock;
  }

  read(signal: AbortSignal) {
    return this.#late(() => {
      if (this.fault === 'read' || this.fault === 'both') throw new Error('the disk is gone');
      return this.#store.read(signal);
    });
  }

  swap(expected: number, text: string, signal: AbortSignal) {
    return this.#late(() => {
      if (this.fault === 'write' || this.fault === 'both') throw new Error('the disk is full');
      const done = this.#store.swap(expected, text, signal);
      if (this.fault === 'write-lost') throw new Error('the connection broke');
      return done;
    });
  }

  watch(onChange: () => void): () => void {
    return this.#store.watch(onChange);
  }

  #late<T>(call: () => T | Promise<T>): T | Promise<T> {
    if (this.fault === 'hang') return new Promise<never>(() => {});
    if (this.delayMs === 0) return call();
    return new Promise<void>((resolve) => void this.#clock.setTimer(this.delayMs, resolve)).then(call);
  }
}

/** Waits until what only real time brings, such as an encryption, has come. */
export async function eventually<T>(look: () => T | null | undefined | false): Promise<T> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('waited in vain');
}

/** How asking each of them for a token ends. */
export function codes(leases: readonly Lease[]): Promise<string[]> {
  return Promise.all(leases.map((lease) => outcomeOf(lease.acquire())));
}

import type { Clock } from './clock.ts';
import type { Emitter, LeaseEvents } from './events.ts';
import { emptyState, formatState, type SharedState } from './shared-state.ts';
import type { LeaseStore, StoreView } from './store.ts';
import { within } from './within.ts';

/** The longest that a call of a store may take, in ms. */
const STORE_TIMEOUT_MS = 2_000;

/** How long after a failed write only a request is reason enough for another, in ms. */
const REST_MS = 5_000;

type Operation = LeaseEvents['store-failed']['operation'];

/** Calls a store: each call bounded in time, each failure told, and whether it works at all. */
export class StoreAccess {
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #events: Emitter;
  /** Never aborts: what is begun at the end, such as letting go of a lock, has its own bound. */
  readonly #signal = new AbortController().signal;
  #failing: Operation | null = null;
  #failedAt = 0;
  /** The store's clock minus this process's monotonic one, as last seen. */
  #ahead = 0;
  /** The newest that is known to be stored. */
  version = 0;
  state: SharedState = emptyState;
  /** True in the very call that writes: a store that tells at once tells this lease what it knows. */
  #isWriting = false;

  constructor(store: LeaseStore, clock: Clock, events: Emitter) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
  }

  get isFailing(): boolean {
    return this.#failing !== null;
  }

  /** A write has just failed: who may have been heard all the same should not repeat it at every change that comes of it. */
  get isResting(): boolean {
    return this.#failing === 'write' && this.#clock.monotonic() - this.#failedAt < REST_MS;
  }

  /** What the store's clock shows now. */
  now(): number {
    return this.#ahead + this.#clock.monotonic();
  }

  async read(): Promise<StoreView> {
    try {
      return this.#seen(await this.#bounded((signal) => this.#store.read(signal)));
    } catch (error) {
      throw this.failed('read', error);
    }
  }

  /** Reads at once if the store can; else null. @throws what the store throws */
  readNow(): StoreView | null {
    const view = this.#store.read(this.#signal);
    if (!(view instanceof Promise)) return this.#seen(view);
    view.catch(() => {}); // the next read tells it
    return null;
  }

  /** @returns whether `expected` was still the stored version, and `state` now is what is stored */
  async write(expected: number, state: SharedState): Promise<boolean> {
    try {
      const done = await this.#bounded((signal) => this.#swap(expected, state, signal));
      return done && this.#wrote(expected, state);
    } catch (error) {
      throw this.failed('write', error);
    }
  }

  /** Writes over what was last seen, at once if the store can. @returns whether it did */
  writeNow(state: SharedState): boolean {
    try {
      const done = this.#swap(this.version, state, this.#signal);
      if (done instanceof Promise)
        done.catch(() => {}); // tried again by whoever asked
      else return done && this.#wrote(this.version, state);
    } catch {
      // Likewise.
    }
    return false;
  }

  watch(onChange: () => void): () => void {
    try {
      return this.#store.watch(() => {
        if (!this.#isWriting) onChange();
      });
    } catch (error) {
      queueMicrotask(() => this.failed('watch', error));
      return () => {};
    }
  }

  /** Tells a failure. @returns it as an error */
  failed(operation: Operation, cause: unknown): Error {
    if (operation === 'read' || operation === 'write') {
      this.#failing = operation;
      this.#failedAt = this.#clock.monotonic();
    }
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#events.emit('store-failed', { operation, message: error.message });
    return error;
  }

  #swap(expected: number, state: SharedState, signal: AbortSignal): boolean | Promise<boolean> {
    this.#isWriting = true;
    try {
      return this.#store.swap(expected, formatState(state), signal);
    } finally {
      this.#isWriting = false;
    }
  }

  #seen(view: StoreView): StoreView {
    if (!Number.isFinite(view.now) || !Number.isSafeInteger(view.version)) {
      throw new Error('the store answered with no time or no version');
    }
    this.#ahead = view.now - this.#clock.monotonic();
    if (this.#failing === 'read') this.#recovered();
    return view;
  }

  #wrote(expected: number, state: SharedState): true {
    this.version = expected + 1;
    this.state = state;
    if (this.#failing !== null) this.#recovered();
    return true;
  }

  #recovered(): void {
    this.#failing = null;
    this.#events.emit('store-recovered', {});
  }

  #bounded<T>(call: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    return within(this.#clock, STORE_TIMEOUT_MS, this.#signal, async (signal) => call(signal));
  }
}

import type { DeadlineReason } from './deadline.ts';
import type { AnswerMeta, FailureKind } from './outcome.ts';
import type { Latch } from './record.ts';

/** Everything a lease tells, by event type. Times are ms since the epoch. No event carries a token. */
export interface LeaseEvents {
  /** A request to the authority begins. */
  'refresh-started': { readonly call: 'refresh' | 'reenroll'; readonly reason: 'proactive' | 'required' };
  /** There is a new token. `by`: a refresh, an enrollment after `gone`, `adopt()`, or another lease of the same store. */
  refreshed: {
    readonly by: 'refresh' | 'reenroll' | 'adopt' | 'sibling';
    readonly generation: number;
    readonly expiresAt: number;
    readonly answer: AnswerMeta | null;
  };
  /** A request failed. `retryAt`: when the next one is permitted; null if at once, or not until the credentials change. */
  'refresh-failed': {
    readonly call: 'refresh' | 'reenroll';
    readonly kind: FailureKind;
    readonly message: string;
    readonly retryAt: number | null;
    readonly answer: AnswerMeta | null;
  };
  /** Here, or by another lease of the same store. */
  'deadline-set': {
    readonly retryAt: number;
    readonly reason: DeadlineReason;
    readonly source: 'retry-after' | 'backoff';
  };
  'deadline-cleared': { readonly reason: 'refreshed' | 'unauthorized' | 'gone' | 'rejected' | 'sibling' };
  'token-cleared': { readonly generation: number; readonly reason: 'unauthorized' | 'gone' | 'rejected' | 'reset' };
  /** Nothing is sent until `credentialsChanged()` or `adopt()`. */
  latched: { readonly reason: Latch; readonly message: string; readonly answer: AnswerMeta | null };
  unlatched: { readonly reason: 'credentials-changed' | 'adopted' | 'sibling' };
  /** `recover` came back. `changed`: whether the credentials did; null when it threw or took too long. */
  recovered: { readonly changed: boolean | null };
  /** An answer came after the token it was meant to replace had been replaced or forgotten, and was dropped. */
  'late-answer': { readonly kind: 'success' | FailureKind };
  /**
   * The store failed, or a shared token could not be sealed or opened. Until `store-recovered` the lease goes by what it knows
   * itself, after one wait in case another process was told to wait.
   */
  'store-failed': { readonly operation: 'read' | 'write' | 'watch' | 'seal' | 'open'; readonly message: string };
  'store-recovered': Readonly<Record<never, never>>;
}

export type LeaseEventType = keyof LeaseEvents;
export type LeaseListener<T extends LeaseEventType> = (event: LeaseEvents[T]) => void;

type AnyListener = (event: never) => void;

/** Delivers events. A listener that throws is counted, and harms neither the lease nor the other listeners. */
export class Emitter {
  readonly #listeners = new Map<LeaseEventType, Set<AnyListener>>();
  #errors = 0;

  /** How many times a listener has thrown. */
  get errors(): number {
    return this.#errors;
  }

  on<T extends LeaseEventType>(type: T, listener: LeaseListener<T>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // A wrapper of its own, so that the same function may listen twice and leave once.
    const entry: AnyListener = (event) => listener(event);
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  emit<T extends LeaseEventType>(type: T, event: LeaseEvents[T]): void {
    const listeners = this.#listeners.get(type);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) {
      try {
        // `on` put only listeners for this type into this set.
        (listener as LeaseListener<T>)(event);
      } catch {
        this.#errors += 1;
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

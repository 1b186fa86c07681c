import type { Clock } from '@holdfast/lease';

/** An agent that lived this long was a good one, in milliseconds: what failed before it is forgotten. */
const STABLE_MS = 10_000;
/** Failures in a row that cost nothing: a first one may be anything. */
const FREE_FAILURES = 3;
/** The first wait, in milliseconds. It doubles with each further failure, up to the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** What is known of an agent that fails; all null and 0 for one that does not. */
export interface AgentFailures {
  /** In a row. */
  readonly failures: number;
  readonly lastFailure: string | null;
  /** When it may be started again: wall clock in milliseconds; null if at once. */
  readonly retryAt: number | null;
}

/**
 * When an agent that ends at once, again and again, may be started once more. It is asked by every `initialize`, so that no number of
 * controllers starts more agents than one would.
 */
export class RestartPolicy {
  readonly #clock: Clock;
  /** The agents that run, and since when. */
  readonly #running = new Map<object, number>();
  #failures = 0;
  #lastFailure: string | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  status(): AgentFailures {
    this.#forgive();
    const ms = this.#notBefore - this.#clock.monotonic();
    const isHeldBack = this.#failures >= FREE_FAILURES && ms > 0;
    return {
      failures: this.#failures,
      lastFailure: this.#lastFailure,
      retryAt: isHeldBack ? this.#clock.wall() + ms : null,
    };
  }

  /** `agent` is whatever stands for it. After failures, the next one comes no sooner than the wait, whatever becomes of this one. */
  started(agent: object): void {
    const now = this.#clock.monotonic();
    this.#running.set(agent, now);
    if (this.#failures >= FREE_FAILURES) this.#notBefore = now + waitAfter(this.#failures);
  }

  /** @param failure why it ended by itself, for a person; null when somebody ended it */
  ended(agent: object, failure: string | null): void {
    this.#forgive();
    const since = this.#running.get(agent);
    if (since === undefined) return;
    this.#running.delete(agent);
    const now = this.#clock.monotonic();
    // those that were started side by side count as one
    if (failure === null || now - since >= STABLE_MS || since < this.#failedAt) return;
    this.#failures += 1;
    this.#lastFailure = failure;
    this.#failedAt = now;
    this.#notBefore = now + waitAfter(this.#failures);
  }

  #forgive(): void {
    const now = this.#clock.monotonic();
    const isProven = [...this.#running.values()].some((since) => since >= this.#failedAt && now - since >= STABLE_MS);
    if (!isProven) return;
    this.#failures = 0;
    this.#lastFailure = null;
  }
}

function waitAfter(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, Math.max(0, failures - FREE_FAILURES)));
}

import type { Reading } from './clock.ts';

const HOUR_MS = 3_600_000;

/**
 * How often an authority may forget a client that it has just enrolled. Only successes count: failures have their deadline, while
 * an authority that enrolls, forgets, and enrolls again would otherwise be asked without end.
 */
export class ReenrollBudget {
  readonly #perHour: number;
  /** Monotonic moments, at most `perHour` of them. */
  #spent: number[] = [];

  constructor(perHour: number) {
    this.#perHour = perHour;
  }

  /** How long until another enrollment is permitted, in ms; 0: now. */
  wait(now: Reading): number {
    this.#spent = this.#spent.filter((moment) => moment > now.monotonic - HOUR_MS);
    const [oldest] = this.#spent;
    return oldest === undefined || this.#spent.length < this.#perHour ? 0 : oldest + HOUR_MS - now.monotonic;
  }

  spend(now: Reading): void {
    this.#spent.push(now.monotonic);
  }
}

import type { Clock } from '../clock.ts';

/** A crowd is gathered for so many turns of the event loop at most, and for so many milliseconds. */
const TURNS = 32;
const GATHER_MS = 2;

export interface GatheringOptions<T> {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** In the order of their coming. */
  readonly serve: (some: readonly T[]) => void;
  /** Calls back in the next turn of the event loop. Default `setImmediate`. */
  readonly nextTurn?: (resume: () => void) => void;
}

/**
 * Gathers those who come one right after the other, so that they are served together: what serving one takes is at hand for the next, and
 * their machine, should they share one, is not woken for each answer. Who comes alone waits for a turn of the event loop or two.
 */
export class Gathering<T> {
  readonly #options: GatheringOptions<T>;
  readonly #nextTurn: (resume: () => void) => void;
  readonly #resume = () => this.#onTurn();
  #some: T[] = [];
  #turns = 0;
  #cameBefore = 0;
  #from = 0;

  constructor(options: GatheringOptions<T>) {
    this.#options = options;
    this.#nextTurn = options.nextTurn ?? ((resume) => void setImmediate(resume));
  }

  add(one: T): void {
    this.#some.push(one);
    if (this.#some.length > 1) return;
    this.#turns = 0;
    this.#cameBefore = 0;
    this.#from = this.#options.clock.monotonic();
    this.#nextTurn(this.#resume);
  }

  /** They are complete when a turn has brought nobody. */
  #onTurn(): void {
    const { clock, serve } = this.#options;
    this.#turns += 1;
    const nobodyCame = this.#some.length === this.#cameBefore;
    this.#cameBefore = this.#some.length;
    if (!nobodyCame && this.#turns < TURNS && clock.monotonic() - this.#from < GATHER_MS) {
      this.#nextTurn(this.#resume);
      return;
    }
    const some = this.#some;
    this.#some = [];
    serve(some);
  }
}

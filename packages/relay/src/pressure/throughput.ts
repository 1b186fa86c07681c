/** Until one was measured: rather too many, since whoever then waits too long in place is sent away all the same. */
const FIRST_PER_SECOND = 1_000;
const LEAST_PER_SECOND = 5;
/** How long a measurement takes, in milliseconds, and how much the newest one counts. */
const WINDOW_MS = 100;
const WEIGHT = 1 / 3;
/** With fewer under way at any moment of it, a window tells what was asked for, and not what could have been done. */
const BUSY = 8;

/** How many admissions a second the relay is good for, whatever else it does: how many it finished while there were always some to do. */
export class Throughput {
  #perSecond = FIRST_PER_SECOND;
  #inFlight = 0;
  #from = 0;
  #done = 0;
  #fewest = 0;

  get perSecond(): number {
    return this.#perSecond;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** How long the last of those under way will have waited, in milliseconds. */
  get backlogMs(): number {
    return (this.#inFlight * 1000) / this.#perSecond;
  }

  began(now: number): void {
    if (this.#inFlight === 0) this.#begin(now);
    this.#inFlight += 1;
  }

  finished(now: number): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.#done += 1;
    this.#fewest = Math.min(this.#fewest, this.#inFlight);
    const elapsed = now - this.#from;
    if (elapsed < WINDOW_MS) return;
    const measured = (this.#done * 1000) / elapsed;
    if (this.#fewest >= BUSY || measured > this.#perSecond) {
      this.#perSecond = Math.max(LEAST_PER_SECOND, this.#perSecond + (measured - this.#perSecond) * WEIGHT);
    }
    this.#begin(now);
  }

  /** One is under way no longer, and was not finished. */
  left(): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
  }

  #begin(now: number): void {
    this.#from = now;
    this.#done = 0;
    this.#fewest = Number.POSITIVE_INFINITY;
  }
}

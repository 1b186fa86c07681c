import type { Clock, Timer } from '../clock.ts';

const TICK_MS = 50;
/** For how long a delay that is over still counts, twice at most. */
const WINDOW_MS = 250;
/** Without a question for this long it stops looking, so that an idle relay's processor sleeps. */
const IDLE_MS = 5_000;

/**
 * How late the event loop is: by how much its ticks come late, and a tick that is due and has not come counts as well, since many
 * callers may be served before the loop gets to it.
 */
export class LoopDelay {
  readonly #clock: Clock;
  #timer: Timer | null = null;
  #due = 0;
  #askedAt = 0;
  #windowEnds = 0;
  #worst = 0;
  #worstBefore = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In milliseconds. The first question only starts the watch. */
  ms(): number {
    const now = this.#clock.monotonic();
    this.#askedAt = now;
    if (this.#timer === null) {
      this.#worst = 0;
      this.#worstBefore = 0;
      this.#windowEnds = now + WINDOW_MS;
      this.#tickAfter(now);
      return 0;
    }
    return Math.max(now - this.#due, this.#worst, this.#worstBefore, 0);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #tickAfter(now: number): void {
    this.#due = now + TICK_MS;
    this.#timer = this.#clock.setTimer(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const now = this.#clock.monotonic();
    if (now >= this.#windowEnds) {
      this.#worstBefore = now >= this.#windowEnds + WINDOW_MS ? 0 : this.#worst;
      this.#worst = 0;
      this.#windowEnds = now + WINDOW_MS;
    }
    this.#worst = Math.max(this.#worst, now - this.#due);
    if (now - this.#askedAt >= IDLE_MS) this.#timer = null;
    else this.#tickAfter(now);
  }
}

import type { Clock, Timer } from './clock.ts';

/** Notices a link that is open and dead: a browser can neither ping nor see a pong, but what it sends is acked. */
export class Silence {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  #since: number | null = null;
  #timer: Timer | null = null;

  /** @param limitMs how long after something was sent nothing may come back */
  constructor(clock: Clock, limitMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  /** Something was sent that has an answer. */
  expect(): void {
    this.#since ??= this.#clock.monotonic();
    if (this.#timer === null) this.#wait(this.#limitMs);
  }

  /** Something came. */
  heard(): void {
    this.#since = null;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#since = null;
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.setTimer(ms, () => {
      this.#timer = null;
      if (this.#since === null) return;
      const left = this.#since + this.#limitMs - this.#clock.monotonic();
      if (left > 0) this.#wait(left);
      else {
        this.stop();
        this.#onSilence();
      }
    });
  }
}

import { type Clock, MAX_TIMER_MS, type Random, type Timer } from './clock.ts';
import { untilRenewal } from './decide.ts';
import type { Ledger } from './ledger.ts';

/** Renews the token in the background for as long as somebody wants it kept. */
export class Renewal {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #renew: () => void;
  #users = 0;
  #timer: Timer | null = null;
  #unwatch: (() => void) | null = null;
  #spread = { generation: -1, value: 0 };
  /** Made once: a process with many leases looks often. */
  readonly #lookAgain = (): void => this.look();

  constructor(ledger: Ledger, clock: Clock, random: Random, renew: () => void) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#random = random;
    this.#renew = renew;
  }

  /** Starts for one more user. @returns what ends it for that user */
  start(): () => void {
    this.#users += 1;
    this.#unwatch ??= this.#ledger.watch(this.#lookAgain);
    this.look();
    let stopped = false;
    return () => {
      if (stopped) return;
      stopped = true;
      this.#users -= 1;
      if (this.#users === 0) this.stop();
    };
  }

  /** Renews if it is time, else sets the timer for the next look. */
  look(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#unwatch === null) return;
    const { record } = this.#ledger;
    const wait = untilRenewal(record, this.#ledger.now(), this.#spreadOf(record.generation));
    if (wait === null) return;
    if (wait <= 0) {
      this.#renew();
    } else {
      // In slices: after a sleep, or when somebody sets the clock, the next look comes soon.
      this.#timer = this.#clock.setTimer(Math.ceil(Math.min(wait, MAX_TIMER_MS)), this.#lookAgain);
    }
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** One place in the window per token, or every look would throw the dice again. */
  #spreadOf(generation: number): number {
    if (this.#spread.generation !== generation) this.#spread = { generation, value: this.#random() };
    return this.#spread.value;
  }
}

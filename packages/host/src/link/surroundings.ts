import { networkInterfaces } from 'node:os';
import type { Clock, Timer } from '@holdfast/lease';

/** How often it looks, in milliseconds. */
const LOOK_MS = 2_000;
/** A look that comes so much later than it should was slept through, by this process or by the machine, or the clock was set. */
const SLEPT_MS = 10_000;

/** Calls `onChange` when a connection may have ended without a word, until stopped. */
export type WatchSurroundings = (onChange: () => void) => { stop(): void };

/**
 * Notices what may end a connection without a word: a sleep of the machine, and a change of its addresses. A sleep shows in one of the
 * clocks at least: the wall clock goes on, and where the monotonic one does so too, the timer comes late.
 */
export class Surroundings {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #addresses: () => string;
  #seen: { readonly wall: number; readonly monotonic: number; readonly addresses: string };
  #timer: Timer;

  /** @param addresses those of this machine, as a text that differs when they do */
  constructor(clock: Clock, onChange: () => void, addresses: () => string = addressesOfThisMachine) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#addresses = addresses;
    this.#seen = this.#look();
    this.#timer = this.#wait();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #wait(): Timer {
    return this.#clock.setTimer(LOOK_MS, () => this.#compare());
  }

  #compare(): void {
    const before = this.#seen;
    this.#seen = this.#look();
    this.#timer = this.#wait();
    const elapsed = Math.max(this.#seen.wall - before.wall, this.#seen.monotonic - before.monotonic);
    if (elapsed > LOOK_MS + SLEPT_MS || this.#seen.addresses !== before.addresses) this.#onChange();
  }

  #look() {
    return { wall: this.#clock.wall(), monotonic: this.#clock.monotonic(), addresses: this.#addresses() };
  }
}

/** Of its connections to elsewhere: loopback is always there. Empty where a system does not tell. */
function addressesOfThisMachine(): string {
  try {
    const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
    const external = all.filter(({ internal }) => !internal).map(({ address }) => address);
    return external.sort().join(' ');
  } catch {
    return '';
  }
}

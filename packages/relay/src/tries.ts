import type { Clock } from './clock.ts';
import { networkOf } from './entrance/peer.ts';

const WINDOW_MS = 10 * 60_000;
/** Wrong codes from one address in a window. */
const PER_ADDRESS = 10;
/** Wrong codes from everywhere in a window: with 40 bits a code and ten minutes of life, one guess in 5 billion. */
const OVERALL = 200;
/** Addresses remembered; the one that began longest ago goes. */
const MAX_ADDRESSES = 10_000;

interface Window {
  count: number;
  endsAt: number;
}

export type TriesLeft =
  | { readonly allowed: true; readonly left: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

/** How often a pairing code may be guessed. */
export class Tries {
  readonly #clock: Clock;
  readonly #addresses = new Map<string, Window>();
  #overall: Window = { count: 0, endsAt: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  look(address: string): TriesLeft {
    const now = this.#clock.wall();
    const own = this.#addresses.get(networkOf(address));
    for (const [window, most] of [
      [own, PER_ADDRESS],
      [this.#overall, OVERALL],
    ] as const) {
      if (window !== undefined && window.endsAt > now && window.count >= most) {
        return { allowed: false, retryAfterMs: window.endsAt - now };
      }
    }
    const used = own !== undefined && own.endsAt > now ? own.count : 0;
    return { allowed: true, left: PER_ADDRESS - used };
  }

  /** Counts a wrong code; says how many more there may be. */
  burn(address: string): number {
    const now = this.#clock.wall();
    const key = networkOf(address);
    const known = this.#addresses.get(key);
    const own = known !== undefined && known.endsAt > now ? known : { count: 0, endsAt: now + WINDOW_MS };
    own.count += 1;
    if (own !== known) {
      this.#addresses.delete(key);
      this.#addresses.set(key, own);
      for (const oldest of this.#addresses.keys()) {
        if (this.#addresses.size <= MAX_ADDRESSES) break;
        this.#addresses.delete(oldest);
      }
    }
    if (this.#overall.endsAt <= now) this.#overall = { count: 0, endsAt: now + WINDOW_MS };
    this.#overall.count += 1;
    return Math.max(0, PER_ADDRESS - own.count);
  }
}

import type { Clock } from './clock.ts';

interface Entry<T> {
  readonly value: T;
  readonly endsAt: number;
}

/** Values in memory, each to be taken once within its life. When there are too many, the oldest goes. */
export class Expiring<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #most: number;

  constructor(options: { clock: Clock; lifeMs: number; most: number }) {
    this.#clock = options.clock;
    this.#lifeMs = options.lifeMs;
    this.#most = options.most;
  }

  /** When it will be gone, in milliseconds since the epoch. */
  put(key: string, value: T): number {
    const now = this.#clock.wall();
    // All live equally long, so the oldest is the first to expire.
    for (const [oldest, { endsAt }] of this.#entries) {
      if (endsAt > now && this.#entries.size < this.#most) break;
      this.#entries.delete(oldest);
    }
    const endsAt = now + this.#lifeMs;
    this.#entries.set(key, { value, endsAt });
    return endsAt;
  }

  take(key: string): T | null {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    return entry === undefined || entry.endsAt <= this.#clock.wall() ? null : entry.value;
  }
}

import { closeReasonWithHint } from '@holdfast/wire';
import { Failure } from './http/failure.ts';
import type { AdmissionSnapshot } from './pressure/index.ts';

/** What a relay takes at least to be back, and what it would rather not be asked within. In milliseconds. */
const SOONEST_MS = 1_000;
/** Nobody is told to stay away longer because many others are. */
const LONGEST_MS = 60_000;
/** Those who ask while it drains come back over this time at least. */
const LEAST_SPREAD_MS = 5_000;
/** So much longer than it took the relay to serve as many. */
const SLACK = 1.25;

/** The relay is about to stop: who comes is sent away and who is there is told to come back, each at another moment. */
export class Draining {
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly #random: () => number;
  #spreadMs: number | null = null;

  constructor({ random }: { random: () => number }) {
    this.#random = random;
  }

  get hasBegun(): boolean {
    return this.#spreadMs !== null;
  }

  /** @param links that will come back, to a relay that is good for so many a second */
  begin(links: number, { perSecond }: Pick<AdmissionSnapshot, 'perSecond'>): void {
    this.#spreadMs = Math.min(LONGEST_MS, (links * 1000 * SLACK) / perSecond);
  }

  /** @throws Failure 503 once it has begun */
  check(): void {
    if (this.#spreadMs === null) return;
    const spreadMs = Math.max(LEAST_SPREAD_MS, this.#spreadMs);
    const retryAfterMs = SOONEST_MS + this.#random() * spreadMs;
    throw new Failure(503, 'draining', 'The relay is stopping, perhaps to be started again.', { retryAfterMs });
  }

  /** What a link is closed with: each is told its own moment. */
  closeReason(): string {
    return closeReasonWithHint('the relay is stopping', SOONEST_MS + this.#random() * (this.#spreadMs ?? 0));
  }
}

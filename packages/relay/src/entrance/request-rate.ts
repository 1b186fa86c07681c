import type { Clock } from '../clock.ts';
import { remember } from '../remember.ts';

const MINUTE_MS = 60_000;
/** Whose requests are remembered; the one heard of longest ago goes. */
const MAX_CALLERS = 10_000;

interface Bucket {
  left: number;
  at: number;
}

export interface RequestRateOptions {
  readonly clock: Clock;
  /** As many may come at once after a pause. */
  readonly perMinute: number;
}

/** How many requests of one caller the relay takes: a bucket for each that fills with time. */
export class RequestRate {
  readonly #options: RequestRateOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RequestRateOptions) {
    this.#options = options;
  }

  /** Counts one request. @returns how long to wait, in milliseconds; 0 when it may pass */
  take(caller: string): number {
    const { clock, perMinute } = this.#options;
    const now = clock.monotonic();
    const known = this.#buckets.get(caller);
    const refilled = known === undefined ? perMinute : known.left + ((now - known.at) * perMinute) / MINUTE_MS;
    const left = Math.min(perMinute, refilled);
    const passes = left >= 1;
    remember(this.#buckets, caller, { left: passes ? left - 1 : left, at: now }, MAX_CALLERS);
    return passes ? 0 : ((1 - left) * MINUTE_MS) / perMinute;
  }
}

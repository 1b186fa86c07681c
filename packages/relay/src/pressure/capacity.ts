import type { PressureLimits } from './limits.ts';

/** What asks to be let in. */
export type AdmissionKind = 'enroll' | 'refresh' | 'handshake';

/** Until one was measured, in milliseconds of the event loop. */
const FIRST_COST_MS = 2;
const LEAST_COST_MS = 0.05;
/** How much the newest measurement counts. */
const WEIGHT = 1 / 8;
/** The share is looked at this often, and lowered no more often than the loop can show what that did. In milliseconds. */
const LOOK_MS = 250;
const LOWER_MS = 500;
const LOWER = 0.7;
const RAISE = 0.02;

/**
 * What one admission costs, as measured, and what part of the event loop all of them may take: additive increase while callers are
 * turned away and the loop is on time, multiplicative decrease while it is late.
 */
export class Capacity {
  readonly #limits: PressureLimits;
  readonly #costs: Record<AdmissionKind, number> = {
    enroll: FIRST_COST_MS,
    refresh: FIRST_COST_MS,
    handshake: FIRST_COST_MS,
  };
  #share: number;
  #inFlight = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #loweredAt = Number.NEGATIVE_INFINITY;
  #limited = false;

  constructor(limits: PressureLimits) {
    this.#limits = limits;
    this.#share = limits.share;
  }

  get share(): number {
    return this.#share;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Milliseconds of the event loop for one of that kind. */
  cost(kind: AdmissionKind): number {
    return this.#costs[kind];
  }

  began(): void {
    this.#inFlight += 1;
  }

  /** @param tookMs from its admission to its end. Those that were under way beside it have taken their part of that */
  finished(kind: AdmissionKind, tookMs: number): void {
    const cost = Math.max(LEAST_COST_MS, tookMs / Math.max(1, this.#inFlight));
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.#costs[kind] += (cost - this.#costs[kind]) * WEIGHT;
  }

  /** Somebody was turned away. */
  limit(): void {
    this.#limited = true;
  }

  /** Pressure begins; what was learned of an earlier one holds no more. */
  press(now: number): void {
    this.#share = this.#limits.share;
    this.#lookedAt = now;
    this.#loweredAt = now;
    this.#limited = false;
  }

  /** To be called while there is pressure. */
  look(now: number, delayMs: number): void {
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const { targetDelayMs, leastShare, mostShare } = this.#limits;
    if (delayMs > targetDelayMs) {
      if (now - this.#loweredAt < LOWER_MS) return;
      this.#loweredAt = now;
      this.#share = Math.max(leastShare, this.#share * LOWER);
    } else if (this.#limited && delayMs < targetDelayMs / 2) {
      this.#share = Math.min(mostShare, this.#share + RAISE);
    }
    this.#limited = false;
  }
}

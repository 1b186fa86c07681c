/** Who comes this much before its slot is on time: clocks differ, and a header tells whole seconds. In milliseconds. */
const EARLY_MS = 500;
/** A slot waits this long for its caller: a stock host adds up to 30 s to what it is told. In milliseconds. */
export const SLOT_GRACE_MS = 60_000;
/** What a slot lets in: a refresh, the connection that it is for, and one that was lost at once. */
const PASSES = 3;
/** Nobody is told less: a header tells whole seconds, and a second look sooner than this would find the same. */
const SOONEST_MS = 1_000;

interface Slot {
  at: number;
  passes: number;
}

export interface SlotsOptions {
  /** How far ahead the last slot may lie, in milliseconds. */
  readonly horizonMs: number;
  readonly most: number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** Moments in the future, each promised to one caller. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #byKey = new Map<string, Slot>();
  #last = Number.NEGATIVE_INFINITY;
  #lastPostponed = Number.NEGATIVE_INFINITY;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#byKey.size;
  }

  /** Milliseconds until the caller's slot, 0 while it is open to it; null when it has none, or let it go by. */
  left(key: string, now: number): number | null {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return null;
    if (now < slot.at - EARLY_MS) return slot.at - now;
    if (now <= slot.at + SLOT_GRACE_MS) return 0;
    this.#byKey.delete(key);
    return null;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** The caller was let in by its slot. */
  pass(key: string): void {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return;
    slot.passes -= 1;
    if (slot.passes === 0) this.#byKey.delete(key);
  }

  release(key: string): void {
    this.#byKey.delete(key);
  }

  /** Gives the caller the next free slot, `apartMs` after the last one and no sooner than in `fromMs`. @returns milliseconds until then */
  reserve(key: string, now: number, { apartMs, fromMs }: { apartMs: number; fromMs: number }): number {
    const { horizonMs, most, random } = this.#options;
    this.#forgetOld(now);
    const at = Math.max(this.#last + apartMs, now + Math.max(SOONEST_MS, fromMs));
    if (at - now > horizonMs || this.#byKey.size >= most) return horizonMs * (0.5 + random() / 2);
    this.#last = at;
    this.#byKey.set(key, { at, passes: PASSES });
    return at - now;
  }

  /**
   * The caller came in its slot, and too many others with it. It gets one soon, not the last: between those that are given already,
   * `apartMs` after the last one who was put off. @returns milliseconds until then
   */
  postpone(key: string, now: number, { apartMs, fromMs }: { apartMs: number; fromMs: number }): number {
    const slot = this.#byKey.get(key);
    const at = Math.max(this.#lastPostponed + apartMs, now + Math.max(SOONEST_MS, fromMs));
    if (slot === undefined || at - now > this.#options.horizonMs) return this.#options.horizonMs;
    this.#lastPostponed = at;
    slot.at = at;
    return at - now;
  }

  /** They were given in the order of their time, but for the few that were postponed. */
  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#byKey) {
      if (now <= at + SLOT_GRACE_MS) return;
      this.#byKey.delete(key);
    }
  }
}

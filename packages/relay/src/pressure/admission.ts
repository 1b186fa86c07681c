import { Allowance } from './allowance.ts';
import { type AdmissionKind, Capacity } from './capacity.ts';
import { defaultPressureLimits, type PressureLimits } from './limits.ts';
import { Slots } from './slots.ts';

/** Slots are given for this part of the capacity; the rest is for who comes without one. */
const SLOTTED = 0.9;
/** The work, in milliseconds of the event loop, that may be done at once under pressure; and that those with a slot may be ahead by. */
const AT_ONCE_MS = 50;
const DEBT_MS = 200;
/** Whoever has a slot is put off as well when the loop is later than this many times the target. */
const FAR_TOO_LATE = 3;

export interface AdmissionOptions {
  readonly clock: { monotonic(): number };
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** How late the event loop is, in milliseconds. */
  readonly delayMs: () => number;
  readonly limits?: Partial<PressureLimits>;
}

export interface AdmissionSnapshot {
  readonly pressed: boolean;
  readonly delayMs: number;
  /** Handshakes a second that the relay takes itself to be good for, all else as it is. */
  readonly handshakesPerSecond: number;
  readonly inFlight: number;
  /** Callers with a slot. */
  readonly slots: number;
  /** Since the start. */
  readonly admitted: number;
  readonly deferred: number;
}

/**
 * Who may enroll, refresh or connect now, and when the others may. While the event loop is on time, everybody. While it is late, as many
 * as their measured cost allows; each of the others gets a slot of its own, one behind the other at the rate that the relay can take
 * them, so that a fleet which comes as a wall comes back as a ramp. A slot is kept for its caller, who gains nothing by asking again.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #limits: PressureLimits;
  readonly #capacity: Capacity;
  readonly #slots: Slots;
  /** In admissions of callers without a slot. */
  readonly #always: Allowance;
  /** In milliseconds of the event loop. */
  readonly #work: Allowance;
  #calmAt: number | null = null;
  #admitted = 0;
  #deferred = 0;

  constructor(options: AdmissionOptions) {
    const { clock, random } = options;
    const now = clock.monotonic();
    this.#options = options;
    this.#limits = { ...defaultPressureLimits, ...options.limits };
    const { horizonMs, slots: most, alwaysAtOnce } = this.#limits;
    this.#capacity = new Capacity(this.#limits);
    this.#slots = new Slots({ horizonMs, most, random });
    this.#always = new Allowance({ brim: alwaysAtOnce, floor: 0 }, now);
    this.#work = new Allowance({ brim: AT_ONCE_MS, floor: -2 * DEBT_MS }, now);
  }

  /**
   * Whoever is let in has to be reported by `finished`.
   *
   * @param key of the caller, as far as it has proven who it is: a slot is kept by it
   * @returns 0 when it may go ahead, else the milliseconds until its slot
   */
  ask(kind: AdmissionKind, key: string): number {
    const now = this.#options.clock.monotonic();
    const delayMs = this.#options.delayMs();
    this.#always.fill(now, this.#limits.alwaysPerSecond / 1000);
    this.#work.fill(now, this.#capacity.share);
    const isPressed = this.#look(now, delayMs);
    const left = this.#slots.left(key, now);
    if (left === 0 && isPressed && this.#isOverrun(delayMs)) {
      this.#deferred += 1;
      return this.#slots.postpone(key, now, -this.#work.level / this.#capacity.share);
    }
    if (left === 0) {
      this.#slots.pass(key);
      return this.#admit(kind);
    }
    if (this.#takeAlways() || !isPressed || this.#work.level > 0) {
      if (left !== null) this.#slots.release(key);
      return this.#admit(kind);
    }
    this.#capacity.limit();
    this.#deferred += 1;
    return left ?? this.#slots.reserve(key, now, this.#capacity.cost(kind) / (this.#capacity.share * SLOTTED));
  }

  /** @param tookMs from its admission to its end, without what its caller was waited for */
  finished(kind: AdmissionKind, tookMs: number): void {
    this.#capacity.finished(kind, tookMs);
  }

  snapshot(): AdmissionSnapshot {
    const { share, inFlight } = this.#capacity;
    return {
      pressed: this.#calmAt !== null && this.#options.clock.monotonic() < this.#calmAt,
      delayMs: this.#options.delayMs(),
      handshakesPerSecond: (1000 * share) / this.#capacity.cost('handshake'),
      inFlight,
      slots: this.#slots.count,
      admitted: this.#admitted,
      deferred: this.#deferred,
    };
  }

  /** @returns whether there is pressure */
  #look(now: number, delayMs: number): boolean {
    const isLate = delayMs > this.#limits.targetDelayMs;
    if (isLate) {
      if (this.#calmAt === null) this.#capacity.press(now);
      this.#calmAt = now + this.#limits.calmAfterMs;
    } else if (this.#calmAt !== null && now >= this.#calmAt) {
      this.#calmAt = null;
    }
    if (this.#calmAt === null) return false;
    this.#capacity.look(now, delayMs);
    return true;
  }

  #takeAlways(): boolean {
    if (this.#always.level < 1) return false;
    this.#always.take(1);
    return true;
  }

  /** More came in their slots than the loop could take. */
  #isOverrun(delayMs: number): boolean {
    return this.#work.level < -DEBT_MS || delayMs > this.#limits.targetDelayMs * FAR_TOO_LATE;
  }

  #admit(kind: AdmissionKind): 0 {
    this.#work.take(this.#capacity.cost(kind));
    this.#capacity.began();
    this.#admitted += 1;
    return 0;
  }
}

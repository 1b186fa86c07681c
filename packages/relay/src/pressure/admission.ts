import { defaultPressureLimits, type PressureLimits } from './limits.ts';
import { Slots } from './slots.ts';
import { Throughput } from './throughput.ts';

/** What asks to be let in. */
export type AdmissionKind = 'enroll' | 'refresh' | 'handshake';

/** Slots are given for this part of the capacity; the rest is for who comes without one. */
const SLOTTED = 0.9;
/** Who comes in its slot waits in place even where others would be sent away, up to so many times their patience. */
const SLOT_PATIENCE = 2;

export interface AdmissionOptions {
  readonly clock: { monotonic(): number };
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly limits?: Partial<PressureLimits>;
}

export interface AdmissionSnapshot {
  /** Admissions a second that the relay takes itself to be good for. */
  readonly perSecond: number;
  /** Admitted and not finished. */
  readonly inFlight: number;
  /** How long the last of them will have waited, in milliseconds. */
  readonly backlogMs: number;
  /** Callers who were told when to come back. */
  readonly slots: number;
  /** Since the start. */
  readonly admitted: Readonly<Record<AdmissionKind, number>>;
  readonly deferred: Readonly<Record<AdmissionKind, number>>;
}

/**
 * Who may enroll, refresh or connect, and when the others may. Whoever would be served within the patience of a caller is let in, and
 * waits in place for its turn. Each of the others gets a slot of its own, one behind the other at the rate that the relay was measured
 * to be good for, so that a fleet which comes as a wall comes back as a ramp. A slot is kept for its caller, who gains nothing by asking
 * again. One question costs well under a microsecond.
 */
export class Admission {
  readonly #clock: { monotonic(): number };
  readonly #limits: PressureLimits;
  readonly #throughput = new Throughput();
  readonly #slots: Slots;
  readonly #admitted = { enroll: 0, refresh: 0, handshake: 0 };
  readonly #deferred = { enroll: 0, refresh: 0, handshake: 0 };

  constructor({ clock, random, limits }: AdmissionOptions) {
    this.#clock = clock;
    this.#limits = { ...defaultPressureLimits, ...limits };
    const { horizonMs, slots: most } = this.#limits;
    this.#slots = new Slots({ horizonMs, most, random });
  }

  /** Who was let in and has waited for longer is to be sent away, in milliseconds. */
  get tooLongMs(): number {
    return this.#limits.tooLongMs;
  }

  /**
   * Whoever is let in has to be reported by `finished` or `sendAway`.
   *
   * @param key of the caller, as far as it has proven who it is: a slot is kept by it
   * @returns 0 when it may go ahead, else the milliseconds until its slot
   */
  ask(kind: AdmissionKind, key: string): number {
    const now = this.#clock.monotonic();
    const left = this.#slots.left(key, now);
    if (this.#hasRoom(left === 0)) {
      if (left === 0) this.#slots.pass(key);
      else if (left !== null) this.#slots.release(key);
      this.#admitted[kind] += 1;
      this.#throughput.began(now);
      return 0;
    }
    if (left === null || left === 0) return this.#defer(kind, key, now);
    this.#deferred[kind] += 1;
    return left;
  }

  /** One that was let in has been served. */
  finished(): void {
    this.#throughput.finished(this.#clock.monotonic());
  }

  /** Likewise, but it waited in place for so much longer than was foreseen that it is told to come back. @returns milliseconds until its slot */
  sendAway(kind: AdmissionKind, key: string): number {
    this.#throughput.left();
    this.#admitted[kind] -= 1;
    return this.#defer(kind, key, this.#clock.monotonic());
  }

  #defer(kind: AdmissionKind, key: string, now: number): number {
    this.#deferred[kind] += 1;
    const { perSecond, backlogMs: fromMs } = this.#throughput;
    const place = { apartMs: 1000 / (perSecond * SLOTTED), fromMs };
    return this.#slots.has(key) ? this.#slots.postpone(key, now, place) : this.#slots.reserve(key, now, place);
  }

  snapshot(): AdmissionSnapshot {
    const { perSecond, inFlight, backlogMs } = this.#throughput;
    return {
      perSecond,
      inFlight,
      backlogMs,
      slots: this.#slots.count,
      admitted: { ...this.#admitted },
      deferred: { ...this.#deferred },
    };
  }

  #hasRoom(inItsSlot: boolean): boolean {
    const { inFlight, backlogMs } = this.#throughput;
    const { alwaysAtOnce, patienceMs } = this.#limits;
    return inFlight < alwaysAtOnce || backlogMs < patienceMs * (inItsSlot ? SLOT_PATIENCE : 1);
  }
}

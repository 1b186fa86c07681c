import { type Clock, every, type Timer } from './clock.ts';

/** Parts of a round; one timer goes through them. */
const PARTS = 40;

/** Whoever is called once a round. */
export interface Member {
  onTurn(): void;
}

/**
 * Calls each member once a round. Each that comes is put into another part of the round than the one before it, so that ten thousand that came within a
 * second are called spread over the round, and not together ever after.
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #roundMs: number;
  readonly #parts: Set<Member>[] = Array.from({ length: PARTS }, () => new Set());
  #size = 0;
  /** Where the next member comes in. */
  #vacant = PARTS - 1;
  #next = 0;
  #timer: Timer | null = null;

  constructor(options: { clock: Clock; roundMs: number }) {
    this.#clock = options.clock;
    this.#roundMs = options.roundMs;
  }

  /** Gives the part that it came into; it leaves by that. There may be ten thousand, so nothing is made for each. */
  add(member: Member): number {
    if (this.#timer === null) {
      this.#next = 0;
      this.#vacant = PARTS - 1; // the first is not called before a whole round is over
    }
    const part = this.#vacant;
    this.#vacant = (part + PARTS - 1) % PARTS;
    this.#parts[part]?.add(member);
    this.#size += 1;
    this.#timer ??= every(this.#clock, this.#roundMs / PARTS, () => this.#tick());
    return part;
  }

  leave(member: Member, part: number): void {
    if (this.#parts[part]?.delete(member) !== true) return;
    this.#size -= 1;
    if (this.#size === 0) this.end();
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #tick(): void {
    const part = this.#parts[this.#next];
    this.#next = (this.#next + 1) % PARTS;
    for (const member of part ?? []) member.onTurn();
  }
}

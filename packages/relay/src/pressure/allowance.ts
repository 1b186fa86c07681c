/** Fills with time, up to a brim; what is taken may leave it in debt, down to a floor. */
export class Allowance {
  readonly #brim: number;
  readonly #floor: number;
  #level: number;
  #at: number;

  /** @param now milliseconds; it starts full */
  constructor({ brim, floor }: { brim: number; floor: number }, now: number) {
    this.#brim = brim;
    this.#floor = floor;
    this.#level = brim;
    this.#at = now;
  }

  get level(): number {
    return this.#level;
  }

  fill(now: number, perMs: number): void {
    this.#level = Math.min(this.#brim, this.#level + Math.max(0, now - this.#at) * perMs);
    this.#at = now;
  }

  take(amount: number): void {
    this.#level = Math.max(this.#floor, this.#level - amount);
  }
}

import type { RandomBytes } from './secrets.ts';

const ID_BYTES = 16;
/** Random bytes are drawn for so many at once: by itself, the draw for one costs more than all else that is written of a request. */
const DRAWN_AT_ONCE = 256;

/** Tells requests and handshakes apart, in answers and in the log. */
export class RequestIds {
  readonly #random: RandomBytes;
  #drawn = Buffer.alloc(0);
  #at = 0;

  constructor({ random }: { random: RandomBytes }) {
    this.#random = random;
  }

  /** `req_` and 128 random bits in hexadecimal. */
  next(): string {
    if (this.#at === this.#drawn.length) {
      this.#drawn = Buffer.from(this.#random(ID_BYTES * DRAWN_AT_ONCE));
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += ID_BYTES;
    return `req_${this.#drawn.toString('hex', from, this.#at)}`;
  }
}

import { isAscii } from 'node:buffer';
import { unmask } from './unmask.ts';

/** What is smaller than this is copied together: bytes that trickle in one by one must not become an object each. */
const SMALL_BYTES = 4 * 1024;
const GATHERED_BYTES = 2 * SMALL_BYTES;

/** The payload of one masked frame, as the reads of its socket brought it. */
export class Pieces {
  readonly bytes: number;
  readonly #mask: Buffer;
  #pieces: Buffer[] = [];
  #had = 0;
  /** Where small ones are copied, and how far it is full. */
  #gathered: Buffer | null = null;
  #gatheredBytes = 0;
  #isAscii = true;

  constructor(mask: Buffer, bytes: number) {
    this.#mask = mask;
    this.bytes = bytes;
  }

  get missing(): number {
    return this.bytes - this.#had;
  }

  get isAscii(): boolean {
    return this.#isAscii;
  }

  /** Takes the bytes, and unmasks them where they are. */
  add(bytes: Buffer): void {
    unmask(bytes, this.#mask, this.#had);
    this.#isAscii &&= isAscii(bytes);
    if (bytes.length < SMALL_BYTES) this.#gather(bytes);
    else {
      this.#endGathering();
      this.#pieces.push(bytes);
    }
    this.#had += bytes.length;
  }

  /** All of them. */
  take(): readonly Buffer[] {
    this.#endGathering();
    return this.#pieces;
  }

  #gather(bytes: Buffer): void {
    if (this.#gathered !== null && this.#gatheredBytes + bytes.length > this.#gathered.length) this.#endGathering();
    this.#gathered ??= Buffer.allocUnsafeSlow(Math.min(this.missing, GATHERED_BYTES));
    bytes.copy(this.#gathered, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
  }

  #endGathering(): void {
    if (this.#gathered !== null) this.#pieces.push(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gathered = null;
    this.#gatheredBytes = 0;
  }
}

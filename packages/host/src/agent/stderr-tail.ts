/** How much of an agent's stderr is kept, in bytes: enough for its last words. */
const KEPT_BYTES = 4_096;
const SHOWN_LINES = 8;
const SHOWN_CHARACTERS = 1_000;

/** The end of what an agent wrote to stderr. */
export class StderrTail {
  #kept: Buffer = Buffer.alloc(0);

  write(chunk: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, chunk.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES);
  }

  /** Its last lines, on one. */
  text(): string {
    const lines = this.#kept
      .toString('utf8')
      .split('\n')
      .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim());
    return lines
      .filter((line) => line !== '')
      .slice(-SHOWN_LINES)
      .join(' | ')
      .slice(-SHOWN_CHARACTERS);
  }
}

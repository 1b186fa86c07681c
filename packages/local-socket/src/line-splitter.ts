const LINE_FEED = 0x0a;

/**
 * Cuts a byte stream into lines. A line over the limit is dropped as it comes, so that no peer can make it grow; the rest of the stream
 * is read on.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (maxBytes: number) => void;
  #parts: Buffer[] = [];
  #held = 0;
  #skipping = false;

  constructor(maxBytes: number, onLine: (line: string) => void, onTooLong: (maxBytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  write(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end === -1) break;
      this.#hold(chunk.subarray(from, end));
      this.#flush();
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
  }

  /** What came after the last line feed counts as a line. */
  end(): void {
    if (this.#held > 0) this.#flush();
  }

  #hold(part: Buffer): void {
    this.#held += part.length;
    if (this.#skipping) return;
    if (this.#held > this.#maxBytes) {
      this.#skipping = true;
      this.#parts = [];
      this.#onTooLong(this.#maxBytes);
      return;
    }
    this.#parts.push(part);
  }

  #flush(): void {
    const parts = this.#parts;
    const skipped = this.#skipping;
    this.#parts = [];
    this.#held = 0;
    this.#skipping = false;
    if (skipped) return;
    const line = Buffer.concat(parts).toString('utf8');
    if (line.trim() !== '') this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}

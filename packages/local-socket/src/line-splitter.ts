const LINE_FEED = 0x0a;

/** What a line may have before it draws on a budget, in bytes: a line as usual never waits for one of another. */
const FREE_BYTES = 1024 * 1024;

/** What is kept of each end of a line that is dropped, in bytes. */
const END_BYTES = 1_024;

/** Bytes that several splitters may hold together of lines that are long. */
export class LineBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Whether there was room. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

export interface LineSplitterOptions {
  /** Default: none; the limit of one line is all there is. */
  readonly budget?: LineBudget | undefined;
  /** A line that was dropped has come to its end: its first and its last bytes, as text. */
  readonly onDropped?: (head: string, tail: string) => void;
}

/**
 * Cuts a byte stream into lines. A line over the limit, or over what is left of the budget, is dropped as it comes, so that no peer can
 * make it grow; the rest of the stream is read on.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (bytes: number) => void;
  readonly #options: LineSplitterOptions;
  #head = '';
  #tail = Buffer.alloc(0);
  /** Of the budget. */
  #taken = 0;
  #parts: Buffer[] = [];
  #held = 0;
  #skipping = false;

  /** @param onTooLong is told of a line that was dropped, which has more bytes than it says */
  constructor(
    maxBytes: number,
    onLine: (line: string) => void,
    onTooLong: (bytes: number) => void,
    options: LineSplitterOptions = {},
  ) {
    this.#options = options;
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
    const before = this.#held;
    this.#held += part.length;
    if (this.#skipping) {
      this.#tail = Buffer.concat([this.#tail, part.subarray(-END_BYTES)]).subarray(-END_BYTES);
      return;
    }
    if (this.#held > this.#maxBytes || !this.#mayHold(part.length)) {
      this.#skipping = true;
      this.#head = Buffer.concat([...this.#parts, part], Math.min(END_BYTES, this.#held)).toString('utf8');
      this.#tail = Buffer.from(part.subarray(-END_BYTES));
      this.#release();
      this.#onTooLong(this.#held > this.#maxBytes ? this.#maxBytes : before);
      return;
    }
    this.#parts.push(part);
  }

  #flush(): void {
    const parts = this.#parts;
    const skipped = this.#skipping;
    this.#release();
    this.#held = 0;
    this.#skipping = false;
    if (skipped) {
      this.#options.onDropped?.(this.#head, this.#tail.toString('utf8'));
      return;
    }
    const line = Buffer.concat(parts).toString('utf8');
    if (line.trim() !== '') this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  #mayHold(bytes: number): boolean {
    const { budget } = this.#options;
    if (budget === undefined || this.#held <= FREE_BYTES) return true;
    if (!budget.take(bytes)) return false;
    this.#taken += bytes;
    return true;
  }

  #release(): void {
    this.#parts = [];
    this.#options.budget?.giveBack(this.#taken);
    this.#taken = 0;
  }
}

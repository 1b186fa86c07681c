import { progressBar } from '@holdfast/storm/terminal';

const WIDTH = 40;
/** How often the line is drawn anew, in milliseconds. */
const EVERY_MS = 100;
const CLEAR = '\r\x1b[K';

/** A line that moves while a simulation runs, where there is a terminal to show it. */
export class StormProgress {
  readonly #stream: NodeJS.WriteStream | null;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(stream: NodeJS.WriteStream | null) {
    this.#stream = stream?.isTTY === true ? stream : null;
  }

  show(name: string, share: number): void {
    const now = performance.now();
    if (this.#stream === null || now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#stream.write(`${CLEAR}${progressBar(share, WIDTH)} ${name}`);
  }

  clear(): void {
    this.#stream?.write(CLEAR);
  }
}

/** What a live view needs of a terminal. */
export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A text on a terminal that is shown anew in its place. */
export class LiveView {
  readonly #screen: Screen;
  #lines = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Broken at the terminal's width, and cut at its height: lines that scrolled could not be taken back. */
  show(text: string): void {
    const rows = this.#screen.rows || 24; // a terminal that does not know its size says 0
    this.#draw(this.#linesOf(text).slice(0, Math.max(1, rows - 1)));
  }

  /** For good, and so whole: it may scroll. */
  end(text: string): void {
    this.#draw(this.#linesOf(text));
  }

  #linesOf(text: string): string[] {
    const columns = this.#screen.columns || 80;
    return text.split('\n').flatMap((line) => broken(line, columns));
  }

  #draw(lines: readonly string[]): void {
    const back = this.#lines === 0 ? '' : `\x1b[${this.#lines}A`;
    this.#screen.write(`${back}\x1b[J${lines.join('\n')}\n`);
    this.#lines = lines.length;
  }
}

function broken(line: string, width: number): string[] {
  const characters = [...line];
  const count = Math.max(1, Math.ceil(characters.length / width));
  return Array.from({ length: count }, (_, index) => characters.slice(index * width, (index + 1) * width).join(''));
}

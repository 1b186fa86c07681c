/** What a command has written: the end of it, as a person wants to see it, and how much came before. */
export interface Output {
  readonly text: string;
  readonly droppedCharacters: number;
}

export const NO_OUTPUT: Output = { text: '', droppedCharacters: 0 };

/** Characters of one command's output that are kept. */
export const MOST_OUTPUT = 100_000;

export function appendOutput({ text, droppedCharacters }: Output, delta: string): Output {
  const all = text + delta;
  if (all.length <= MOST_OUTPUT) return { text: all, droppedCharacters };
  // cut at a line's end where there is one near, so that the rest begins as a line does
  const newline = all.indexOf('\n', all.length - MOST_OUTPUT);
  const from = newline !== -1 && newline < all.length - MOST_OUTPUT / 2 ? newline + 1 : all.length - MOST_OUTPUT;
  return { text: all.slice(from), droppedCharacters: droppedCharacters + from };
}

/** Pieces of a long text that are drawn, or left out, together. */
export interface Chunk {
  /** Indexes of its first piece and of the one after its last. */
  readonly from: number;
  readonly to: number;
}

export const PIECES_A_CHUNK = 16;

/** @param pieces how many there are, that which still grows included */
export function chunksOf(pieces: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let from = 0; from < pieces; from += PIECES_A_CHUNK) {
    chunks.push({ from, to: Math.min(pieces, from + PIECES_A_CHUNK) });
  }
  return chunks;
}

const CHARACTERS_A_LINE = 70;
const LINE_PX = 25;

/** How tall a text will be about, in px: for one that was never drawn. */
export function guessHeight(texts: readonly string[]): number {
  const lines = texts.reduce((sum, text) => sum + 1 + Math.ceil(text.length / CHARACTERS_A_LINE), 0);
  return lines * LINE_PX;
}

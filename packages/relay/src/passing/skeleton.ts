const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** A frame whose one long string was cut out, and how long that was. */
export interface Skeleton {
  readonly bytes: Buffer;
  readonly cut: number;
}

/**
 * A frame in pieces, without what lies between the last quote of the first piece and the first quote of the last one. Where that is the
 * inside of a string, the string is empty in what is left; where it is not, two strings meet there, which is no JSON. Null where there
 * is a quote or an escape in between.
 */
export function skeletonOf(pieces: readonly Buffer[]): Skeleton | null {
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (first === undefined || last === undefined || pieces.length < 2) return null;
  const from = first.lastIndexOf(QUOTE) + 1;
  const to = last.indexOf(QUOTE);
  if (from === 0 || to === -1) return null;
  const between = [first.subarray(from), ...pieces.slice(1, -1), last.subarray(0, to)];
  if (between.some((piece, n) => piece.includes(BACKSLASH) || (n > 0 && piece.includes(QUOTE)))) return null;
  const cut = between.reduce((sum, { length }) => sum + length, 0);
  return { bytes: Buffer.concat([first.subarray(0, from), last.subarray(to)]), cut };
}

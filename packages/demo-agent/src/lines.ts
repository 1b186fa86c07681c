import { StringDecoder } from 'node:string_decoder';

/** What a peer may send in one line, in characters. */
export const MAX_LINE = 16 * 1024 * 1024;

/** A line; null stands for one that was too long and was skipped. */
export type Line = string | null;

/** The lines of a stream of bytes, without their ends; empty ones left out, a last one without an end included. */
export async function* readLines(input: AsyncIterable<Uint8Array>, most: number = MAX_LINE): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  const take = (): Line | undefined => {
    const line = length > most ? null : parts.join('').replace(/\r$/, '');
    parts = [];
    length = 0;
    return line === '' ? undefined : line;
  };
  for await (const bytes of input) {
    const [head = '', ...tails] = decoder.write(Buffer.from(bytes)).split('\n');
    const add = (piece: string) => {
      length += piece.length;
      if (length > most)
        parts = []; // it will be skipped: only its length counts
      else parts.push(piece);
    };
    add(head);
    for (const tail of tails) {
      const line = take();
      if (line !== undefined) yield line;
      add(tail);
    }
  }
  const last = take();
  if (last !== undefined) yield last;
}

/** Independent streams of random numbers from one seed: the same seed, label and index always give the same numbers. */
export class SeededRandom {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Numbers in [0, 1), like `Math.random`. A stream does not notice how often another is asked. */
  stream(label: string, index = 0): () => number {
    const seeds = hash(`${this.#seed}\n${label}`);
    return smallFastCounter(seeds[0] ^ Math.imul(index, 0x9e3779b1), seeds[1] + index, seeds[2]);
  }
}

/** Three 32-bit numbers from a text (FNV-1a, stirred). */
function hash(text: string): [number, number, number] {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) + 0x6d2b79f5;
    return state >>> 0;
  };
  return [next(), next(), next()];
}

/** Chris Doty-Humphrey's sfc32, which passes PractRand; a class would cost a property lookup for each of its words. */
function smallFastCounter(one: number, two: number, three: number): () => number {
  let a = one | 0;
  let b = two | 0;
  let c = three | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // neighbouring seeds are alike until they have been mixed
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Exponentially distributed with this mean, from one number in [0, 1). */
export function exponential(mean: number, random: () => number): number {
  return -Math.log(1 - random()) * mean;
}

import type { Seeded } from '@holdfast/testkit';

/** A parser that takes a stranger's text, and what has to hold whatever that is. Bytes come as a text of the characters 0 to 255. */
export interface Target {
  readonly name: string;
  /** Valid inputs, from which others are made. */
  readonly seeds: readonly string[];
  /** How often it is its turn; default 1. */
  readonly weight?: number;
  /** Throws where something does not hold. `random` is the same again when the input is tried again. */
  check(input: string, random: Seeded): void | Promise<void>;
}

/** Runs `parse`, and lets through only an error that is `stated`. Undefined for one of those. */
export function parsed<T>(parse: () => T, stated: (error: unknown) => boolean): { readonly value: T } | undefined {
  try {
    return { value: parse() };
  } catch (error) {
    if (stated(error)) return undefined;
    throw error;
  }
}

/** What `JSON.parse` makes of it; undefined where it refuses. */
export function jsonOf(text: string): { readonly value: unknown } | undefined {
  return parsed(
    () => JSON.parse(text) as unknown,
    (error) => error instanceof SyntaxError,
  );
}

/** Nested so deeply that comparing it would take more stack than there is. */
export function isDeep(text: string): boolean {
  return (text.match(/[[{]/g)?.length ?? 0) > 400;
}

export const bytesOf = (input: string): Buffer => Buffer.from(input, 'latin1');

import { toBase64Url } from '@holdfast/wire';

/** An id that nobody guesses: 128 bits. */
export const randomId = (prefix: string): string =>
  `${prefix}_${toBase64Url(crypto.getRandomValues(new Uint8Array(16)))}`;

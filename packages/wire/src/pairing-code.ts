import { WireError } from './errors.ts';

/** No 0, 1, I, O: what a person reads from one screen and types on another. 32 signs, so eight of them are 40 bits. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A manual pairing code from eight random bytes: `XXXX-XXXX`. */
export function formatManualCode(random: Uint8Array): string {
  const signs = [...random.subarray(0, 8)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '');
  return `${signs.slice(0, 4).join('')}-${signs.slice(4).join('')}`;
}

export type TypedCode = { readonly manual_pairing_code: string } | { readonly pairing_code: string };

/**
 * What a person typed or scanned, as the body of a claim: either form of code, in any case, with or without the dash and spaces.
 *
 * @throws WireError `ERR_WIRE_CODE`
 */
export function readCode(typed: string): TypedCode {
  const text = typed.trim();
  const letters = text.replace(/[\s-]/g, '').toUpperCase();
  if (letters.length === 8 && [...letters].every((sign) => ALPHABET.includes(sign))) {
    return { manual_pairing_code: `${letters.slice(0, 4)}-${letters.slice(4)}` };
  }
  if (/^[A-Za-z0-9_-]{16,256}$/.test(text)) return { pairing_code: text };
  throw new WireError(
    'ERR_WIRE_CODE',
    'that is not a pairing code: it has the form XXXX-XXXX, of letters and digits without 0, 1, I and O; `holdfast pair` shows a new one',
  );
}

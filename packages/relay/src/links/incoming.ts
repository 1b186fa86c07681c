import { limits, WireError } from '@holdfast/wire';
import type { RawData } from 'ws';
import { closeCodes } from './close-codes.ts';

/** The largest frame: an unsegmented message may be as large as a message gets, and its envelope comes on top. */
export const MAX_FRAME_BYTES = limits.messageBytes + 64 * 1024;

export interface Refusal {
  readonly code: number;
  readonly reason: string;
}

export type Incoming<T> = { readonly envelope: T; readonly bytes: number } | { readonly refusal: Refusal };

/** Reads a frame; for what is no envelope, says how the socket is to be closed. */
export function readFrame<T>(data: RawData, isBinary: boolean, parse: (text: string) => T): Incoming<T> {
  if (isBinary) return { refusal: { code: closeCodes.unsupported, reason: 'only text frames are spoken here' } };
  const text = data.toString();
  try {
    return { envelope: parse(text), bytes: text.length };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const code = error.code === 'ERR_WIRE_JSON' ? closeCodes.malformed : closeCodes.policy;
    return { refusal: { code, reason: closeReason(error.message) } };
  }
}

/** A close reason has at most 123 bytes (RFC 6455 §5.5). */
export function closeReason(text: string): string {
  return Buffer.from(text)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD$/, '');
}

import { limits, WireError } from '@holdfast/wire';
import type { RawData } from 'ws';
import { closeCodes } from './close-codes.ts';

/** The largest frame: an unsegmented message may be as large as a message gets, and its envelope comes on top. */
export const MAX_FRAME_BYTES = limits.messageBytes + 64 * 1024;

export interface Refusal {
  readonly code: number;
  readonly reason: string;
}

export type Incoming<T> = { readonly frame: T } | { readonly refusal: Refusal };

/** Reads a frame; for what is no envelope, says how the socket is to be closed. */
export function readFrame<T>(data: RawData, isBinary: boolean, parse: (bytes: Buffer) => T): Incoming<T> {
  if (isBinary) return { refusal: { code: closeCodes.unsupported, reason: 'only text frames are spoken here' } };
  return readText(() => parse(bytesOf(data)));
}

/** The same for a frame that is known to be text. */
export function readText<T>(parse: () => T): Incoming<T> {
  try {
    return { frame: parse() };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const code = error.code === 'ERR_WIRE_JSON' ? closeCodes.malformed : closeCodes.policy;
    return { refusal: { code, reason: closeReason(error.message) } };
  }
}

/** A socket gives one buffer for each frame, unless it is told to do otherwise. */
export function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** A close reason has at most 123 bytes (RFC 6455 §5.5). */
export function closeReason(text: string): string {
  return Buffer.from(text)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD$/, '');
}

/** What a client's frame says of itself before its payload (RFC 6455 §5.2). */
export interface FrameHeader {
  /** With the mask's key. */
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

export const FIN = 0x80;
export const OPCODE = 0x0f;
export const MASKED = 0x80;
/** Of a header with the longest form of a length. */
export const LONGEST_HEADER = 14;
export const EIGHT_BYTE_LENGTH = 127;
const TWO_BYTE_LENGTH = 126;
const LENGTH = 0x7f;
const MASK_BYTES = 4;

/** Null while it is not whole. */
export function readHeader(bytes: Buffer, at: number): FrameHeader | null {
  const second = bytes[at + 1];
  if (second === undefined) return null;
  const short = second & LENGTH;
  const lengthBytes = short === EIGHT_BYTE_LENGTH ? 8 : short === TWO_BYTE_LENGTH ? 2 : 0;
  const headerBytes = 2 + lengthBytes + ((second & MASKED) === 0 ? 0 : MASK_BYTES);
  if (at + headerBytes > bytes.length) return null;
  const payloadBytes =
    lengthBytes === 8
      ? bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
      : lengthBytes === 2
        ? bytes.readUInt16BE(at + 2)
        : short;
  return { headerBytes, payloadBytes };
}

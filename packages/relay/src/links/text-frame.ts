/** The first byte of a frame that is whole and text (RFC 6455 §5.2). */
const WHOLE_TEXT = 0x81;
const [TWO_BYTES, EIGHT_BYTES] = [126, 127];

/**
 * The beginning of a server's frame of text: the header, and the first of its bytes. The rest of them has to follow at once.
 *
 * @param size of the whole text, in bytes
 */
export function textFrame(beginning: Buffer, size: number): Buffer {
  const header = size < TWO_BYTES ? 2 : size < 2 ** 16 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + beginning.length);
  frame[0] = WHOLE_TEXT;
  if (header === 2) frame[1] = size;
  else if (header === 4) {
    frame[1] = TWO_BYTES;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = EIGHT_BYTES;
    frame.writeBigUInt64BE(BigInt(size), 2);
  }
  beginning.copy(frame, header);
  return frame;
}

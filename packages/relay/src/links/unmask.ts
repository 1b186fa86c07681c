/** The key, turned to where a piece begins, as bytes and as the machine reads four of them at once. */
const KEY = new Uint8Array(4);
const KEY_WORD = new Int32Array(KEY.buffer);

/**
 * Undoes a client's masking (RFC 6455 §5.3) in place, four bytes at once.
 *
 * @param mask the four bytes of the frame's key
 * @param offset where these bytes stand in the payload
 */
export function unmask(bytes: Buffer, mask: Uint8Array, offset: number): void {
  // words can be read only where their address is a multiple of four
  const ahead = Math.min(bytes.length, -bytes.byteOffset & 3);
  unmaskEach(bytes, 0, ahead, mask, offset);
  for (let n = 0; n < 4; n += 1) KEY[n] = mask[(offset + ahead + n) & 3] ?? 0;
  const key = KEY_WORD[0] ?? 0;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + ahead, (bytes.length - ahead) >> 2);
  for (let n = 0; n < words.length; n += 1) words[n] = (words[n] ?? 0) ^ key;
  unmaskEach(bytes, ahead + words.length * 4, bytes.length, mask, offset);
}

function unmaskEach(bytes: Buffer, from: number, to: number, mask: Uint8Array, offset: number): void {
  for (let at = from; at < to; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (mask[(offset + at) & 3] ?? 0);
}

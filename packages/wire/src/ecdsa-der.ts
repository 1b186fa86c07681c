/** WebCrypto's signatures are r and s side by side (IEEE P1363), the wire's are DER (RFC 3279 §2.2.3). For P-256 both numbers have 32 bytes. */
const SIZE = 32;

export function toDer(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = [...integer(raw.subarray(0, SIZE)), ...integer(raw.subarray(SIZE))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

function integer(number: Uint8Array): number[] {
  let start = 0;
  while (start < SIZE - 1 && number[start] === 0) start += 1;
  const digits = [...number.subarray(start)];
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0); // the top bit is DER's sign
  return [0x02, digits.length, ...digits];
}

/** Null for what is no DER signature over P-256. */
export function fromDer(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const raw = new Uint8Array(2 * SIZE);
  let at = 2;
  for (const end of [SIZE, 2 * SIZE]) {
    const length = der[at + 1];
    if (der[at] !== 0x02 || length === undefined || length === 0 || at + 2 + length > der.length) return null;
    let digits = der.subarray(at + 2, at + 2 + length);
    const [first = 0, second = 0] = digits;
    if (first >= 0x80) return null; // a negative number
    if (first === 0 && length > 1) {
      if (second < 0x80) return null; // DER has no leading zero but the sign's
      digits = digits.subarray(1);
    }
    if (digits.length > SIZE) return null;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}

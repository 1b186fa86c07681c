import { limits } from '@holdfast/wire';

/** What routing needs of a frame of a host that carries a message, or a part of one. */
export interface PlainFrame {
  readonly type: 'server_message' | 'server_message_chunk';
  readonly client_id: string;
  readonly stream_id: string;
  readonly seq_id: number;
  /** Both 0 for a message in one piece. */
  readonly segment_id: number;
  readonly segment_count: number;
}

const [QUOTE, BACKSLASH, COMMA, COLON, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x30, 0x39];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const NONE = -1;
/** A string longer than this is searched for its end by native code. */
const NEAR = 48;

const MEMBERS = [
  'type',
  'client_id',
  'stream_id',
  'seq_id',
  'message',
  'segment_id',
  'segment_count',
  'message_size_bytes',
  'message_chunk_base64',
] as const;
const nameBytes = MEMBERS.map((name) => Buffer.from(name));
const bit = (name: (typeof MEMBERS)[number]): number => 1 << MEMBERS.indexOf(name);
const ADDRESS = bit('type') | bit('client_id') | bit('stream_id') | bit('seq_id');
const WHOLE_MESSAGE = ADDRESS | bit('message');
const CHUNK = ADDRESS | MEMBERS.slice(5).reduce((bits, name) => bits | bit(name), 0);
const TYPES = (['server_message', 'server_message_chunk'] as const).map((type) => ({ type, bytes: Buffer.from(type) }));

/**
 * Finds the ids in the bytes of a frame without making a text of it, in the form in which serializers write it: no space between the
 * members, no escapes in names and ids, nothing unknown. It is an answer only where `parseFromHost` would give the same; for every other
 * frame, malformed ones included, it is null, and `parseFromHost` has the word. Of a base64 only its end is found: what is in it, control
 * characters too, is for whoever puts the message together. One for each link: ids are those of the frame before,
 * mostly.
 */
export class PlainFrames {
  readonly #clientId = new LastId();
  readonly #streamId = new LastId();

  read(bytes: Buffer): PlainFrame | null {
    if (bytes[0] !== OPEN_BRACE) return null;
    let seen = 0;
    let type: PlainFrame['type'] | undefined;
    let client_id: string | null = null;
    let stream_id: string | null = null;
    let seq_id = NONE;
    let segment_id = 0;
    let segment_count = 0;
    let at = 0;
    do {
      const nameAt = at + 2;
      const nameEnd = bytes[at + 1] === QUOTE ? plainStringEnd(bytes, nameAt) : NONE;
      if (nameEnd === NONE || bytes[nameEnd + 1] !== COLON) return null;
      const member = nameBytes.findIndex((name) => isAt(bytes, nameAt, nameEnd, name));
      if (member === -1 || (seen & (1 << member)) !== 0) return null;
      seen |= 1 << member;
      const start = nameEnd + 2;
      let end: number;
      switch (MEMBERS[member]) {
        case 'type':
          end = stringEnd(bytes, start);
          type = TYPES.find((one) => isAt(bytes, start + 1, end - 1, one.bytes))?.type;
          if (type === undefined) return null;
          break;
        case 'client_id':
          end = stringEnd(bytes, start);
          client_id = this.#clientId.read(bytes, start + 1, end - 1);
          if (client_id === null) return null;
          break;
        case 'stream_id':
          end = stringEnd(bytes, start);
          stream_id = this.#streamId.read(bytes, start + 1, end - 1);
          if (stream_id === null) return null;
          break;
        case 'message':
          end = bytes[start] === OPEN_BRACE ? nestedEnd(bytes, start) : NONE;
          break;
        case 'message_chunk_base64':
          end = stringEnd(bytes, start);
          if (end - start - 2 > limits.envelopeBytes) return null;
          break;
        default: {
          end = digitsEnd(bytes, start);
          const value = end === NONE ? NONE : countIn(bytes, start, end);
          if (value === NONE) return null;
          if (member === MEMBERS.indexOf('seq_id')) seq_id = value;
          else if (member === MEMBERS.indexOf('segment_id')) segment_id = value;
          else if (member === MEMBERS.indexOf('segment_count')) segment_count = value;
        }
      }
      if (end === NONE) return null;
      at = end;
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSE_BRACE || at + 1 !== bytes.length) return null;
    if (type === undefined || client_id === null || stream_id === null) return null;
    if (seen !== (type === 'server_message' ? WHOLE_MESSAGE : CHUNK)) return null;
    return { type, client_id, stream_id, seq_id, segment_id, segment_count };
  }
}

/** Makes a text of an id only when it is another than the last time. */
class LastId {
  #bytes: Buffer | null = null;
  #text = '';

  /** Null for one that is empty, too long, or not plain ASCII. */
  read(bytes: Buffer, start: number, end: number): string | null {
    if (this.#bytes !== null && isAt(bytes, start, end, this.#bytes)) return this.#text;
    if (end <= start || end - start > limits.idLength) return null;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH || byte === QUOTE) return null;
    }
    this.#bytes = Buffer.from(bytes.subarray(start, end));
    this.#text = this.#bytes.toString('latin1');
    return this.#text;
  }
}

function isAt(bytes: Buffer, start: number, end: number, wanted: Buffer): boolean {
  if (end - start !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at += 1) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

/** The index of the quote that ends a short string without escapes; its first byte is at `at`. */
function plainStringEnd(bytes: Buffer, at: number): number {
  for (let end = at; end < at + NEAR; end += 1) {
    if (bytes[end] === QUOTE) return end;
    if (bytes[end] === BACKSLASH) return NONE;
  }
  return NONE;
}

/** The index after a string without escapes whose opening quote is at `at`. */
function stringEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return NONE;
  const near = plainStringEnd(bytes, at + 1);
  if (near !== NONE) return near + 1;
  const end = bytes.indexOf(QUOTE, at + 1);
  if (end === -1) return NONE;
  const backslash = bytes.subarray(at + 1, end).indexOf(BACKSLASH);
  return backslash === -1 ? end + 1 : NONE;
}

/** The index after the object at `at`: where its brackets balance. */
function nestedEnd(bytes: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    at += 1;
    if (byte === QUOTE) {
      at = anyStringEnd(bytes, at);
      if (at === NONE) return NONE;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return NONE;
}

/** The index after a string, escapes and all, whose first byte is at `from`. */
function anyStringEnd(bytes: Buffer, from: number): number {
  const near = Math.min(from + NEAR, bytes.length);
  let at = from;
  while (at < near) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) return NONE;
    let before = quote - 1;
    while (before >= at && bytes[before] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    at = quote + 1;
  }
}

function digitsEnd(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at += 1;
  return at === from ? NONE : at;
}

/** A whole number below 2^53, as JSON writes it. */
function countIn(bytes: Buffer, start: number, end: number): number {
  if (end - start > 16 || (bytes[start] === ZERO && end - start > 1)) return NONE;
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + ((bytes[at] ?? ZERO) - ZERO);
  return Number.isSafeInteger(value) ? value : NONE;
}

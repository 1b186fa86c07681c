import type { Duplex } from 'node:stream';
import { EIGHT_BYTE_LENGTH, FIN, LONGEST_HEADER, MASKED, OPCODE, readHeader } from './frame-header.ts';
import { MAX_FRAME_BYTES } from './incoming.ts';
import { Pieces } from './pieces.ts';

const [CONTINUATION, TEXT, BINARY, CLOSE] = [0, 1, 2, 8];
const WHOLE_TEXT = FIN | TEXT;
const MASKED_AND_LARGE = MASKED | EIGHT_BYTE_LENGTH;
/** What is smaller has no need of so long a length. */
const LARGE_BYTES = 2 ** 16;

export interface TextTaker {
  /**
   * A text of 64 KiB or more, all of it ASCII, in the pieces in which it came; also one that came when the websocket had been closed, or
   * had broken a rule.
   */
  takeText(pieces: readonly Buffer[]): void;
}

const TAKER = Symbol('taker');
const TO_WS = Symbol('to ws');
const TEXTS = Symbol('texts');

/** What is kept on the socket itself: a listener of its own for each of ten thousand would hold five times as much. */
interface Taken extends Duplex {
  [TAKER]: TextTaker;
  [TO_WS]: (bytes: Buffer) => void;
  /** Null between messages: an idle link, of which there are many, holds none. */
  [TEXTS]: LargeTexts | null;
}

/**
 * Takes large texts off a socket past `ws`, which would copy the pieces that the reads brought into one, and unmask them byte by byte.
 * Everything else goes on to `ws` as it came: small frames, messages in fragments, what breaks a rule. So does what is not ASCII,
 * for `ws` to see whether it is UTF-8.
 *
 * @param transport what the websocket speaks on; nothing of it was read yet
 */
export function takeLargeTexts(transport: Duplex, taker: TextTaker): void {
  const [toWs, ...others] = transport.listeners('data');
  // Should `ws` once listen in another way, it gets everything.
  if (toWs === undefined || others.length > 0) return;
  const listener = toWs as (bytes: Buffer) => void; // so are those of data
  const taken = transport as Taken; // it is made one here
  taken[TAKER] = taker;
  taken[TO_WS] = listener;
  taken[TEXTS] = null;
  transport.on('data', onData);
  // Last, and not first: an emitter that has had no listener in between stays a smaller object.
  transport.removeListener('data', listener);
}

function onData(this: Duplex, bytes: Buffer): void {
  const transport = this as Taken; // it listens to those alone
  const texts = transport[TEXTS] ?? new LargeTexts(transport);
  transport[TEXTS] = texts;
  texts.read(bytes);
  if (texts.isBetweenMessages) transport[TEXTS] = null;
}

/** Finds the large texts in what a socket reads. */
class LargeTexts {
  readonly #transport: Taken;
  #taking: Pieces | null = null;
  /** Of a frame that is passed on: what has not come yet. */
  #passing = 0;
  /** The beginning of a header. */
  #held: Buffer | null = null;
  /** Whether a message in fragments has begun. */
  #isFragmented = false;
  /** After a close nothing counts. */
  #closes = false;

  constructor(transport: Taken) {
    this.#transport = transport;
  }

  /** Whether what comes next is read as the first of all is. */
  get isBetweenMessages(): boolean {
    const isInFrame = this.#taking !== null || this.#passing > 0 || this.#held !== null;
    return !isInFrame && !this.#isFragmented && !this.#closes;
  }

  read(chunk: Buffer): void {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    let at = 0;
    while (at < bytes.length) {
      if (this.#taking !== null) at = this.#take(this.#taking, bytes, at);
      else {
        const end = this.#endOfPassed(bytes, at);
        if (end > at) this.#pass(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
        at = end;
        if (at === bytes.length || (this.#closes && this.#passing === 0) || !this.#begin(bytes, at)) return;
        at += LONGEST_HEADER;
      }
    }
  }

  /** The index where a large text begins, or a header of which more has to come, or nothing counts any more. */
  #endOfPassed(bytes: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const passed = Math.min(this.#passing, bytes.length - at);
      this.#passing -= passed;
      at += passed;
      if (at === bytes.length || this.#closes) return at;
      const header = readHeader(bytes, at);
      if (header === null || this.#isTaken(bytes, at, header.payloadBytes)) return at;
      this.#passing = header.headerBytes + header.payloadBytes;
      this.#note(bytes[at] ?? 0);
    }
  }

  #isTaken(bytes: Buffer, at: number, payloadBytes: number): boolean {
    const isLargeText = bytes[at] === WHOLE_TEXT && bytes[at + 1] === MASKED_AND_LARGE;
    return isLargeText && payloadBytes >= LARGE_BYTES && payloadBytes <= MAX_FRAME_BYTES && !this.#isFragmented;
  }

  #note(first: number): void {
    const opcode = first & OPCODE;
    if (opcode === CLOSE) this.#closes = true;
    if (opcode === TEXT || opcode === BINARY || opcode === CONTINUATION) this.#isFragmented = (first & FIN) === 0;
  }

  /** Whether a large text begins there; a header that is not whole is kept. */
  #begin(bytes: Buffer, at: number): boolean {
    const header = readHeader(bytes, at);
    if (header === null) {
      this.#held = Buffer.from(bytes.subarray(at));
      return false;
    }
    this.#taking = new Pieces(Buffer.from(bytes.subarray(at + 10, at + LONGEST_HEADER)), header.payloadBytes);
    return true;
  }

  /** Gives the index after what was taken. */
  #take(text: Pieces, bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + text.missing);
    text.add(bytes.subarray(at, end));
    if (text.missing === 0) {
      this.#taking = null;
      if (text.isAscii) this.#transport[TAKER].takeText(text.take());
      else this.#giveBack(text);
    }
    return end;
  }

  /** On to `ws`. */
  #pass(bytes: Buffer): void {
    this.#transport[TO_WS](bytes);
  }

  /** To `ws`, with a mask that changes nothing. */
  #giveBack(text: Pieces): void {
    const header = Buffer.alloc(LONGEST_HEADER);
    header[0] = WHOLE_TEXT;
    header[1] = MASKED_AND_LARGE;
    header.writeUInt32BE(text.bytes, 6);
    this.#pass(header);
    for (const piece of text.take()) this.#pass(piece);
  }
}

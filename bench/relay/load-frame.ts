import { maskAt, maskedFrame } from './raw-link.ts';

/** As wide as every number of a load is: the frames are all alike in size, and only these digits change. */
export const FIRST_SEQ = 1_000_000_001;
const SEQ = '##########';
const SEGMENT = '#';
const AT = '****************';

export type LoadKind = 'message' | 'chunk';

/** Segments of a message, by kind. */
export const SEGMENTS = { message: 1, chunk: 2 } as const;
const MESSAGE_BYTES = 512;
const CHUNK_BYTES = 100 * 1024;

export interface LoadAddress {
  readonly type: 'server_message' | 'client_message';
  readonly client_id: string;
  readonly stream_id: string;
  readonly env_id?: string;
}

/** The frames of a load, ready to be written: a masked template in which the numbers are put in place. */
export class LoadFrame {
  readonly size: number;
  readonly segments: number;
  readonly #template: Buffer;
  readonly #payloadAt: number;
  readonly #seqAt: number;
  readonly #segmentAt: number;
  readonly #sentAt: number;

  constructor(kind: LoadKind, address: LoadAddress) {
    const text = kind === 'message' ? messageText(address) : chunkText(address);
    this.#template = maskedFrame(1, Buffer.from(text));
    this.size = this.#template.length;
    this.segments = SEGMENTS[kind];
    this.#payloadAt = this.size - text.length;
    this.#seqAt = text.indexOf(SEQ);
    this.#segmentAt = text.indexOf(`"segment_id":${SEGMENT}`) + '"segment_id":'.length;
    this.#sentAt = text.indexOf(AT);
  }

  /** Writes the nth frame of the load into a buffer. */
  put(target: Buffer, offset: number, n: number, firstSeq: number): void {
    this.#template.copy(target, offset);
    const payload = offset + this.#payloadAt;
    this.#digits(target, payload, this.#seqAt, SEQ.length, firstSeq + Math.floor(n / this.segments));
    if (this.segments > 1) this.#digits(target, payload, this.#segmentAt, 1, n % this.segments);
    if (this.#sentAt !== -1) this.#digits(target, payload, this.#sentAt, AT.length, nowMicros());
  }

  #digits(target: Buffer, payload: number, index: number, width: number, value: number): void {
    let left = value;
    for (let at = index + width - 1; at >= index; at -= 1) {
      target[payload + at] = (0x30 + (left % 10)) ^ maskAt(at);
      left = Math.floor(left / 10);
    }
  }
}

/** By the clock that all processes of a machine share, in µs. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** When the frame was made, for one that came. */
export function sentAtOf(payload: Buffer): number {
  const at = payload.lastIndexOf('"at":"');
  return Number(payload.toString('latin1', at + 6, at + 6 + AT.length));
}

/** The position in an envelope that came, as a number of frames of a load that began with `firstSeq`. */
export function framesUpTo(payload: Buffer, firstSeq: number, segments: number): number {
  const seq = numberAfter(payload, '"seq_id":') ?? 0;
  const segment = numberAfter(payload, '"segment_id":') ?? segments - 1;
  return Math.max(0, (seq - firstSeq) * segments + segment + 1);
}

function numberAfter(payload: Buffer, name: string): number | null {
  const at = payload.indexOf(name);
  return at === -1 ? null : Number.parseInt(payload.toString('latin1', at + name.length, at + name.length + 16), 10);
}

const head = ({ type, ...ids }: LoadAddress, suffix = '') =>
  `${JSON.stringify({ type: `${type}${suffix}`, ...ids }).slice(0, -1)},"seq_id":${SEQ}`;

function messageText(address: LoadAddress): string {
  const open = `{"method":"load","params":{"pad":"`;
  const close = `","at":"${AT}"}}`;
  return `${head(address)},"message":${open}${'x'.repeat(MESSAGE_BYTES - open.length - close.length)}${close}}`;
}

function chunkText(address: LoadAddress): string {
  const base64 = Buffer.alloc(CHUNK_BYTES, 'holdfast').toString('base64');
  return `${head(address, '_chunk')},"segment_id":${SEGMENT},"segment_count":${SEGMENTS.chunk},"message_size_bytes":${CHUNK_BYTES * SEGMENTS.chunk},"message_chunk_base64":"${base64}"}`;
}

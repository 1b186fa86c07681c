import { encodeEnvelope, type FromHost, limits, type Position, parseFromHost, WHOLE } from '@holdfast/wire';
import { endPosition, ownPosition } from '../frames.ts';
import { type PlainFrame, PlainFrames } from './plain-frame.ts';
import { skeletonOf } from './skeleton.ts';

/** One frame of a host: where it belongs, and what its controller gets. */
export interface HostFrame {
  readonly type: FromHost['type'];
  readonly client_id: string;
  readonly stream_id: string;
  readonly seq_id: number;
  /** Where it stands itself, as an end-to-end ack will name it. */
  readonly position: Position;
  /** Where its stream stands once it is taken. */
  readonly end: Position;
  /** Whether it is the pong of a stream that its host does not know. */
  readonly saysUnknown: boolean;
  /** What its controller gets. */
  readonly content: SplicedFrame;
}

/** A frame with env_id as its first member; everything else stays the bytes that came, and where they came. */
export interface SplicedFrame {
  readonly head: Buffer;
  readonly rest: readonly Buffer[];
  /** Of all of it, in bytes. */
  readonly size: number;
}

export const wholeOf = ({ head, rest }: SplicedFrame): Buffer => Buffer.concat([head, ...rest]);

/** Reads the frames of one host. */
export class HostFrames {
  readonly #plain = new PlainFrames();
  /** What stands before the members of a frame. */
  readonly #head: Buffer;

  constructor(environmentId: string) {
    this.#head = Buffer.from(`{"env_id":${JSON.stringify(environmentId)},`);
  }

  /** @throws WireError as `parseFromHost` does */
  read(bytes: Buffer): HostFrame {
    const plain = this.#plain.read(bytes);
    return plain === null ? this.#parse(bytes.toString()) : this.#plainFrame(plain, [bytes]);
  }

  /**
   * The same for a large one, which stays in the pieces in which it came.
   *
   * @throws WireError as `parseFromHost` does
   */
  readPieces(pieces: readonly Buffer[]): HostFrame {
    const skeleton = skeletonOf(pieces);
    const plain = skeleton === null || skeleton.cut > limits.envelopeBytes ? null : this.#plain.read(skeleton.bytes);
    // in a whole message, what was cut may have been brackets between two strings
    if (plain?.type === 'server_message_chunk') return this.#plainFrame(plain, pieces);
    return this.read(Buffer.concat(pieces));
  }

  #plainFrame(plain: PlainFrame, pieces: readonly Buffer[]): HostFrame {
    const { type, client_id, stream_id, seq_id, segment_id, segment_count } = plain;
    const position = { seq: seq_id, segment: segment_id };
    const end = segment_id < segment_count - 1 ? position : { seq: seq_id, segment: WHOLE };
    return { type, client_id, stream_id, seq_id, position, end, saysUnknown: false, content: this.#splice(pieces) };
  }

  #parse(text: string): HostFrame {
    const envelope = parseFromHost(text);
    const { cursor: _, env_id: __, ...rest } = envelope;
    const { type, client_id, stream_id, seq_id } = envelope;
    return {
      type,
      client_id,
      stream_id,
      seq_id,
      position: ownPosition(envelope),
      end: endPosition(envelope),
      saysUnknown: envelope.type === 'pong' && envelope.status === 'unknown',
      content: this.#splice([Buffer.from(encodeEnvelope(rest))]),
    };
  }

  #splice(pieces: readonly Buffer[]): SplicedFrame {
    const head = this.#head;
    const rest = pieces.map((piece, n) => (n === 0 ? piece.subarray(1) : piece));
    return { head, rest, size: rest.reduce((sum, { length }) => sum + length, head.length) };
  }
}

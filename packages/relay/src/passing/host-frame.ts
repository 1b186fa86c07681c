import { encodeEnvelope, type FromHost, type Position, parseFromHost, WHOLE } from '@holdfast/wire';
import { endPosition, ownPosition } from '../frames.ts';
import { PlainFrames } from './plain-frame.ts';

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

/** A frame in two parts, with env_id as its first member; everything else stays the bytes that came, and where they came. */
export interface SplicedFrame {
  readonly head: Buffer;
  readonly rest: Buffer;
}

export const sizeOf = ({ head, rest }: SplicedFrame): number => head.length + rest.length;
export const wholeOf = ({ head, rest }: SplicedFrame): Buffer => Buffer.concat([head, rest]);

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
    if (plain === null) return this.#parse(bytes.toString());
    const { type, client_id, stream_id, seq_id, segment_id, segment_count } = plain;
    const position = { seq: seq_id, segment: segment_id };
    const end = segment_id < segment_count - 1 ? position : { seq: seq_id, segment: WHOLE };
    return { type, client_id, stream_id, seq_id, position, end, saysUnknown: false, content: this.#splice(bytes) };
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
      content: this.#splice(Buffer.from(encodeEnvelope(rest))),
    };
  }

  #splice(bytes: Buffer): SplicedFrame {
    return { head: this.#head, rest: bytes.subarray(1) };
  }
}

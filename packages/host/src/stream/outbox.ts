import {
  encodeEnvelope,
  exceedsUtf8,
  type FromHost,
  isAfter,
  limits,
  type Position,
  positionOf,
  type RawMessage,
  splitMessage,
  WHOLE,
} from '@holdfast/wire';

/** What one stream may have sent without an ack. Beyond it the stream's agent is not read, and nobody else's notices. */
export const OUTBOX_WINDOW = { frames: 1_024, bytes: 32 * 1024 * 1024 } as const;

interface Frame {
  readonly position: Position;
  readonly text: string;
  /** Whether it completes its message. */
  readonly completes: boolean;
  /** Whether it is the pong of a stream that is not open. */
  readonly saysUnknown?: boolean;
}

/**
 * What one stream sends: numbers it from 1, keeps every frame until it is acked, and says what has to go out next. Numbers go on across
 * reconnects and a replaced agent (docs/protocol.md §3).
 */
export class Outbox {
  readonly #clientId: string;
  readonly #streamId: string;
  #lastSeq = 0;
  #frames: Frame[] = [];
  #bytes = 0;
  /** How many of the frames have gone out on the link there is now. */
  #sent = 0;

  constructor(clientId: string, streamId: string) {
    this.#clientId = clientId;
    this.#streamId = streamId;
  }

  get unacked(): number {
    return this.#frames.length;
  }

  get isFull(): boolean {
    return this.#frames.length >= OUTBOX_WINDOW.frames || this.#bytes >= OUTBOX_WINDOW.bytes;
  }

  /** @throws WireError `ERR_WIRE_TOO_LARGE`; nothing is numbered then */
  pushMessage(message: RawMessage): void {
    const seq = this.#lastSeq + 1;
    const whole = this.#encode(seq, { type: 'server_message', message });
    if (!exceedsUtf8(whole, limits.envelopeBytes)) {
      this.#push({ position: { seq, segment: 0 }, text: whole, completes: true });
      return;
    }
    for (const segment of splitMessage(message)) {
      const { segment_id, segment_count } = segment;
      const text = this.#encode(seq, { type: 'server_message_chunk', ...segment });
      this.#push({ position: { seq, segment: segment_id }, text, completes: segment_id === segment_count - 1 });
    }
  }

  /**
   * Pings that nobody acks must not make anything grow: the pong is dropped when the window is full, and `unknown` where the last
   * unacked frame says so already.
   */
  pushPong(status: 'active' | 'unknown'): void {
    if (this.isFull || (status === 'unknown' && this.#frames.at(-1)?.saysUnknown)) return;
    const seq = this.#lastSeq + 1;
    const text = this.#encode(seq, { type: 'pong', status });
    this.#push({ position: { seq, segment: 0 }, text, completes: true, saysUnknown: status === 'unknown' });
  }

  /** Cumulative. An ack without a segment covers the whole message. */
  ack(envelope: { seq_id: number; segment_id?: number }): void {
    const acked = positionOf(envelope, WHOLE);
    const kept = this.#frames.findIndex(({ position }) => isAfter(position, acked));
    const released = this.#frames.splice(0, kept === -1 ? this.#frames.length : kept);
    for (const { text } of released) this.#bytes -= text.length;
    this.#sent = Math.max(0, this.#sent - released.length);
  }

  /** The next frame that has not gone out on this link; it counts as sent from then on. */
  next(): Pick<Frame, 'text' | 'completes'> | null {
    const frame = this.#frames[this.#sent];
    if (frame === undefined) return null;
    this.#sent += 1;
    return frame;
  }

  /** A new link: everything unacked goes out again, same numbers, in order. */
  rewind(): void {
    this.#sent = 0;
  }

  /** Gives up what is unacked; the numbers stay. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#sent = 0;
  }

  #encode(seq_id: number, content: Content): string {
    return encodeEnvelope({ client_id: this.#clientId, stream_id: this.#streamId, seq_id, ...content });
  }

  #push(frame: Frame): void {
    this.#lastSeq = frame.position.seq;
    this.#frames.push(frame);
    this.#bytes += frame.text.length;
  }
}

/** A frame from a host without its address. */
type Content = FromHost extends infer Each
  ? Each extends FromHost
    ? Omit<Each, 'client_id' | 'stream_id' | 'seq_id'>
    : never
  : never;

import {
  encodeEnvelope,
  exceedsUtf8,
  type FromController,
  isAfter,
  limits,
  type Position,
  type RawMessage,
  splitMessage,
} from '@holdfast/wire';
import { ControllerError } from './errors.ts';
import { Fifo } from './fifo.ts';

/** Whom a stream's envelopes come from and where they go. */
export interface StreamAddress {
  readonly client_id: string;
  readonly env_id: string;
  readonly stream_id: string;
}

interface Unacked {
  readonly position: Position;
  readonly frame: string;
}

/** What a stream has sent and the relay has not acked, with its own seq (docs/protocol.md §6). */
export class Outbox {
  readonly #address: StreamAddress;
  readonly #limit: number;
  readonly #unacked = new Fifo<Unacked>();
  #seq: number;
  #size = 0;

  /**
   * @param limit how much may be unacked, in characters of the frames; one message alone may be larger
   * @param seq the last number that is taken already
   */
  constructor(address: StreamAddress, limit: number, seq: number) {
    this.#address = address;
    this.#limit = limit;
    this.#seq = seq;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The message's frames, one or several, to be sent in this order.
   *
   * @throws ControllerError `ERR_CONTROLLER_FULL`: nothing was taken; WireError `ERR_WIRE_TOO_LARGE`
   */
  message(message: RawMessage): string[] {
    if (this.#size > 0 && this.#size + message.length > this.#limit) {
      throw new ControllerError(
        'ERR_CONTROLLER_FULL',
        `${this.#size} characters wait for the relay, and ${this.#limit} may; await stream.drain() before sending more.`,
      );
    }
    const seq_id = this.#seq + 1;
    const whole = encodeEnvelope({ type: 'client_message', ...this.#address, seq_id, message });
    if (!exceedsUtf8(whole, limits.envelopeBytes)) return [this.#keep(whole, { seq: seq_id, segment: 0 })];
    return splitMessage(message).map((segment) =>
      this.#keep(encodeEnvelope({ type: 'client_message_chunk', ...this.#address, seq_id, ...segment }), {
        seq: seq_id,
        segment: segment.segment_id,
      }),
    );
  }

  /** The frame of an envelope that has no content. */
  signal(type: Extract<FromController['type'], 'ping' | 'client_closed'>): string {
    const seq_id = this.#seq + 1;
    return this.#keep(encodeEnvelope({ type, ...this.#address, seq_id }), { seq: seq_id, segment: 0 });
  }

  /** An ack is cumulative: releases everything up to `position`. */
  release(position: Position): void {
    for (let first = this.#unacked.first; first !== undefined; first = this.#unacked.first) {
      if (isAfter(first.position, position)) return;
      this.#unacked.shift();
      this.#size -= first.frame.length;
    }
  }

  *frames(): IterableIterator<string> {
    for (const { frame } of this.#unacked) yield frame;
  }

  #keep(frame: string, position: Position): string {
    this.#seq = position.seq;
    this.#unacked.push({ position, frame });
    this.#size += frame.length;
    return frame;
  }
}

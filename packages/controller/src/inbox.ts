import {
  type Assembler,
  type FromHost,
  isAfter,
  type Position,
  positionOf,
  type RawMessage,
  START,
  WHOLE,
} from '@holdfast/wire';
import { ControllerError } from './errors.ts';
import { Fifo } from './fifo.ts';

interface Waiting {
  readonly message: RawMessage;
  /** What may be acked once it was taken: itself, and what came after it that nobody has to take. */
  covers: Position;
}

interface Taker {
  resolve(message: RawMessage | null): void;
  reject(error: ControllerError): void;
}

export interface InboxOptions {
  readonly stream: string;
  readonly assembler: Assembler;
  /** How much may wait for the consumer, in characters. */
  readonly limit: number;
  /** The consumer has come this far: the relay may forget up to here. */
  readonly onTaken: (position: Position) => void;
  /** There is room again, and frames were refused meanwhile that only a new link brings back. */
  readonly onRoom: () => void;
}

/** What a stream has received: each frame once, in order, whole messages only, kept until its consumer takes them. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #queue = new Fifo<Waiting>();
  readonly #takers = new Fifo<Taker>();
  #last: Position = START;
  #size = 0;
  /** Frames were refused: all that follow have to be, until the relay starts again from the last ack. */
  #refusing = false;
  #end: { readonly error: ControllerError | null } | null = null;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** @throws ControllerError `ERR_CONTROLLER_MALFORMED`: a message is lost, and with it the stream */
  accept(frame: FromHost): void {
    if (this.#end !== null || this.#refusing) return;
    const position = positionOf(frame.type === 'server_message_chunk' ? frame : { seq_id: frame.seq_id });
    if (!isAfter(position, this.#last)) return;
    if (this.#size > this.#options.limit) {
      this.#refusing = true;
      return;
    }
    this.#last = position;
    if (frame.type === 'server_message') this.#deliver(frame.message, frame.seq_id);
    else if (frame.type === 'pong') this.#pass({ seq: frame.seq_id, segment: WHOLE });
    else this.#assemble(frame, position);
  }

  /** A new link: the relay sends again from the last ack. */
  restart(): void {
    this.#refusing = false;
  }

  /** The next message; null when the stream was closed. One ended by an error gives out what it still has, then throws. */
  take(): Promise<RawMessage | null> {
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#size -= next.message.length;
      this.#options.onTaken(next.covers);
      if (this.#refusing && this.#size <= this.#options.limit / 2) this.#options.onRoom();
      return Promise.resolve(next.message);
    }
    if (this.#end?.error) return Promise.reject(this.#end.error);
    if (this.#end !== null) return Promise.resolve(null);
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  /** @param error null = closed by its user: what waits is of no use to anybody */
  end(error: ControllerError | null): void {
    if (this.#end !== null) return;
    this.#end = { error };
    this.#options.assembler.forget(this.#options.stream);
    if (error === null) this.#queue.clear();
    for (const taker of this.#takers) {
      if (error === null) taker.resolve(null);
      else taker.reject(error);
    }
    this.#takers.clear();
  }

  #assemble(segment: Extract<FromHost, { type: 'server_message_chunk' }>, position: Position): void {
    const { assembler, stream } = this.#options;
    const assembled = assembler.take(stream, stream, segment.seq_id, segment);
    if (assembled.kind === 'complete') this.#deliver(assembled.message, segment.seq_id);
    else if (assembled.kind === 'incomplete') this.#pass(position);
    else if (assembled.kind === 'dropped') {
      const why = `A large message could not be put together: ${assembled.why}.`;
      throw new ControllerError('ERR_CONTROLLER_MALFORMED', why);
    }
  }

  #deliver(message: RawMessage, seq: number): void {
    const covers = { seq, segment: WHOLE };
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#queue.push({ message, covers });
      this.#size += message.length;
      return;
    }
    taker.resolve(message);
    this.#options.onTaken(covers);
  }

  /** A frame that nobody has to take is acked with the message before it: acks are cumulative. */
  #pass(position: Position): void {
    const last = this.#queue.last;
    if (last === undefined) this.#options.onTaken(position);
    else last.covers = position;
  }
}

import {
  type Assembler,
  encodeEnvelope,
  type Position,
  positionOf,
  type RawMessage,
  readRpc,
  type ToController,
  WHOLE,
  WireError,
} from '@holdfast/wire';
import type { Clock, Timer } from './clock.ts';
import { ControllerError } from './errors.ts';
import { Inbox } from './inbox.ts';
import { Outbox, type StreamAddress } from './outbox.ts';

/** How a stream ended. `error` is null when its user closed it. */
export interface StreamEnd {
  readonly reason: 'closed' | 'gone' | 'revoked' | 'malformed';
  readonly error: ControllerError | null;
}

/** JSON-RPC messages to and from one agent on a host. Each arrives once and in order, however often the link drops. */
export interface Stream {
  readonly id: string;
  readonly environmentId: string;
  /** What was sent and has not reached the relay, in characters. */
  readonly bufferedBytes: number;
  /** One consumer. A message is acked once it was taken from here; a consumer that stops taking stops the sender. */
  readonly messages: AsyncIterable<RawMessage>;
  readonly closed: Promise<StreamEnd>;
  /**
   * Sends the text of one JSON-RPC message, unchanged. The first is an `initialize` request; there is only one.
   *
   * @throws ControllerError `ERR_CONTROLLER_MESSAGE`, `ERR_CONTROLLER_FULL`, or why the stream ended
   */
  send(message: RawMessage): void;
  /** Settles when everything sent has reached the relay. Rejects when the stream ends before. */
  drain(): Promise<void>;
  /** Says goodbye to the host. Settles when the relay has taken that and all that was sent, or the controller was closed. */
  close(): Promise<void>;
}

export interface StreamOptions {
  readonly address: StreamAddress;
  /** How many runs of this program have had it before. */
  readonly takenUp: number;
  readonly assembler: Assembler;
  readonly clock: Clock;
  readonly maxOutgoing: number;
  readonly maxIncoming: number;
  /** @param answered whether the relay acks it */
  readonly transmit: (frame: string, answered: boolean) => void;
  readonly onRoom: () => void;
  /** Nothing more will be sent or awaited. */
  readonly onDone: () => void;
}

/** Acks are gathered: one for so many messages, or after so many ms. */
const ACK_EVERY = 32;
const ACK_AFTER_MS = 20;
/** Envelopes that one run never sends on one stream; numbers may be left out, but not come twice. */
const MOST_OF_A_RUN = 2 ** 24;

export class ControllerStream implements Stream {
  readonly id: string;
  readonly environmentId: string;
  readonly closed: Promise<StreamEnd>;
  readonly messages: AsyncIterable<RawMessage>;
  readonly #options: StreamOptions;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #drained = new Set<{ resolve(): void; reject(error: ControllerError): void }>();
  #settleClosed: (end: StreamEnd) => void = () => {};
  #end: StreamEnd | null = null;
  #done = false;
  #initialized = false;
  #taken: Position | null = null;
  #unsaid = 0;
  #ackTimer: Timer | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.id = options.address.stream_id;
    this.environmentId = options.address.env_id;
    this.#outbox = new Outbox(options.address, options.maxOutgoing, options.takenUp * MOST_OF_A_RUN);
    this.#initialized = options.takenUp > 0;
    this.#inbox = new Inbox({
      stream: this.id,
      assembler: options.assembler,
      limit: options.maxIncoming,
      onTaken: (position) => this.#ackSoon(position),
      onRoom: options.onRoom,
    });
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.messages = { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  }

  get bufferedBytes(): number {
    return this.#outbox.size;
  }

  send(message: RawMessage): void {
    if (this.#end !== null) throw this.#end.error ?? closedError();
    try {
      this.#checkTurn(message);
      for (const frame of this.#outbox.message(message)) this.#options.transmit(frame, true);
      this.#initialized = true;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new ControllerError('ERR_CONTROLLER_MESSAGE', `The message was not sent: ${error.message}`, {
        cause: error,
      });
    }
  }

  drain(): Promise<void> {
    if (this.#outbox.size === 0) return Promise.resolve();
    if (this.#done) return Promise.reject(this.#end?.error ?? closedError());
    return new Promise((resolve, reject) => this.#drained.add({ resolve, reject }));
  }

  async close(): Promise<void> {
    if (this.#end === null) {
      this.#finish({ reason: 'closed', error: null });
      if (this.#initialized) this.#options.transmit(this.#outbox.signal('client_closed'), true);
      else this.abandon();
    }
    await this.drain().catch(() => {}); // why not is in `closed`
  }

  /** For the controller: an envelope of this stream came. */
  receive(envelope: ToController): void {
    if (envelope.type === 'ack') {
      this.#outbox.release(positionOf(envelope, WHOLE));
      if (this.#outbox.size === 0) this.#onDrained();
    } else if (envelope.type === 'pong' && envelope.status === 'unknown') {
      this.fail('gone', goneError());
    } else if (this.#end !== null) {
      this.#ackSoon(positionOf(envelope.type === 'pong' ? { seq_id: envelope.seq_id } : envelope, WHOLE));
    } else {
      this.#accept(envelope);
    }
  }

  /** For the controller: there is a new link. */
  resend(): void {
    this.#inbox.restart();
    if (this.#taken !== null) this.#sayAck();
    for (const frame of this.#outbox.frames()) this.#options.transmit(frame, true);
  }

  /** For the controller: keeps the host from closing an idle stream, and finds out whether it still knows it. */
  ping(): void {
    if (this.#end === null && this.#initialized) this.#options.transmit(this.#outbox.signal('ping'), true);
  }

  /** For the controller: it is over, and nothing more is to be said. */
  fail(reason: StreamEnd['reason'], error: ControllerError): void {
    this.#finish({ reason, error });
    this.abandon();
  }

  /** For the controller: gives up what was not acked. */
  abandon(): void {
    if (this.#done) return;
    this.#finish({ reason: 'closed', error: null });
    this.#done = true;
    this.#ackTimer?.cancel();
    for (const { reject } of this.#drained) reject(this.#end?.error ?? closedError());
    this.#drained.clear();
    this.#options.onDone();
  }

  async #next(): Promise<IteratorResult<RawMessage, undefined>> {
    const message = await this.#inbox.take();
    return message === null ? { done: true, value: undefined } : { done: false, value: message };
  }

  #checkTurn(message: RawMessage): void {
    const shape = readRpc(message);
    const initializes = shape.kind === 'request' && shape.method === 'initialize';
    if (initializes === !this.#initialized) return;
    const why = initializes
      ? 'this stream is initialized already; open a new one'
      : 'the first message of a stream is an initialize request';
    throw new ControllerError('ERR_CONTROLLER_MESSAGE', `The message was not sent: ${why}.`);
  }

  #accept(envelope: Exclude<ToController, { type: 'ack' }>): void {
    try {
      this.#inbox.accept(envelope);
    } catch (error) {
      if (!(error instanceof ControllerError)) throw error;
      this.#finish({ reason: 'malformed', error });
      this.#options.transmit(this.#outbox.signal('client_closed'), true);
    }
  }

  #finish(end: StreamEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#inbox.end(end.error);
    this.#settleClosed(end);
  }

  #onDrained(): void {
    for (const { resolve } of this.#drained) resolve();
    this.#drained.clear();
    if (this.#end !== null) this.abandon();
  }

  #ackSoon(position: Position): void {
    this.#taken = position;
    this.#unsaid += 1;
    if (this.#unsaid >= ACK_EVERY) this.#sayAck();
    else this.#ackTimer ??= this.#options.clock.setTimer(ACK_AFTER_MS, () => this.#sayAck());
  }

  #sayAck(): void {
    this.#ackTimer?.cancel();
    this.#ackTimer = null;
    this.#unsaid = 0;
    if (this.#taken === null || this.#done) return;
    const { seq, segment } = this.#taken;
    const frame = encodeEnvelope({
      type: 'ack',
      ...this.#options.address,
      seq_id: seq,
      ...(segment === WHOLE ? {} : { segment_id: segment }),
    });
    this.#options.transmit(frame, false);
  }
}

const closedError = () => new ControllerError('ERR_CONTROLLER_CLOSED', 'The stream was closed.');

const goneError = () =>
  new ControllerError(
    'ERR_CONTROLLER_STREAM_GONE',
    'The host no longer knows this stream: it was restarted, or the stream was reset. Open a new one and initialize again.',
  );

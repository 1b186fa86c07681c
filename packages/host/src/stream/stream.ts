import { isHostMethod, type RawMessage, type RpcShape, rpcError } from '@holdfast/wire';
import { type AnswerCall, HostCalls } from '../management/host-calls.ts';
import type { Outbox } from './outbox.ts';

/** JSON-RPC 2.0 §5.1 */
const PARSE_ERROR = -32700;

export interface StreamEvents {
  /** There is something to send. */
  onOutgoing(): void;
  /** It is over by itself. */
  onEnded(why: string): void;
  onWarning(what: string): void;
}

export interface StreamOptions extends StreamEvents {
  readonly outbox: Outbox;
  /** By the clock's monotonic time, in milliseconds. */
  readonly now: number;
  /** Answers what a controller asks of the host itself. */
  readonly answer: AnswerCall;
}

/**
 * One controller's conversation, opened by `initialize`. What is asked of the host itself is answered here, whoever else is at the other
 * end (docs/protocol.md §8).
 */
export abstract class Stream {
  readonly since: number;
  readonly outbox: Outbox;
  /** When the controller was last heard of, by the same clock as `since`. */
  lastActivity: number;
  /** The last seq_id taken from the controller. */
  lastSeq = -1;
  protected readonly events: StreamEvents;
  readonly #hostCalls: HostCalls;

  constructor(options: StreamOptions) {
    this.since = options.now;
    this.lastActivity = options.now;
    this.outbox = options.outbox;
    this.events = options;
    this.#hostCalls = new HostCalls({
      answer: options.answer,
      hasRoom: () => !this.outbox.isFull,
      reply: (message) => this.send(message),
      onDropped: (what) => options.onWarning(what),
    });
  }

  /** Whether it runs no agent: the host alone answers on it. */
  abstract readonly isManagement: boolean;

  /** The end of what its agent wrote to stderr, on one line. */
  abstract readonly stderr: string;

  /** Settles once nothing of it runs any more. Never rejects. */
  abstract readonly ended: Promise<void>;

  /** Takes a message of the controller. `shape` is what `readRpc` says of it. */
  take(message: RawMessage, shape: RpcShape): void {
    if (shape.kind === 'response' || !isHostMethod(shape.method)) this.pass(message, shape);
    else if (shape.kind === 'request') this.#hostCalls.take(message, shape);
  }

  /** For a controller that sent what is no JSON-RPC. Not told when the window is full: nothing a controller sends may grow without acks. */
  replyMalformed(why: string): void {
    if (!this.outbox.isFull) this.send(rpcError(null, PARSE_ERROR, `The host could not read a message: ${why}.`));
  }

  /** The outbox has room again, or has none. */
  regulate(): void {
    this.#hostCalls.pump();
    this.onWindow();
  }

  /** Ends it. Nothing is told after this. */
  close(): void {
    this.#hostCalls.close();
  }

  /** Ends what is left of it at once. */
  abstract kill(): void;

  /** What is for the other end. */
  protected abstract pass(message: RawMessage, shape: RpcShape): void;

  /** What is unacked has changed. */
  protected abstract onWindow(): void;

  /** @throws WireError when it is too large */
  protected send(message: RawMessage): void {
    this.outbox.pushMessage(message);
    this.regulate();
    this.events.onOutgoing();
  }
}

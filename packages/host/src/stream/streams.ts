import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '@holdfast/lease';
import {
  Assembler,
  asksForManagement,
  exceedsUtf8,
  limits,
  type RawMessage,
  type RpcId,
  type RpcShape,
  readRpc,
  type Segment,
  type ToHost,
  WireError,
} from '@holdfast/wire';
import type { AgentSource } from '../agent/agent.ts';
import { type AgentCounts, Agents } from '../agent/agents.ts';
import type { AgentFailures } from '../agent/restart-policy.ts';
import type { Management } from '../management/management.ts';
import { type EndedStream, EndedStreams } from './ended-streams.ts';
import { EndingStreams } from './ending-streams.ts';
import { Outboxes } from './outboxes.ts';
import type { Stream } from './stream.ts';
import { fromStreamKey, streamKey } from './stream-key.ts';
import { MAX_STREAMS, StreamOpener } from './stream-opener.ts';

export interface StreamStatus {
  readonly clientId: string;
  readonly streamId: string;
  /** By the clock's monotonic time, in milliseconds. */
  readonly since: number;
  readonly unacked: number;
  /** Its window is full: its agent is not read until something is acked. */
  readonly stopped: boolean;
  readonly management: boolean;
  /** The end of what its agent wrote to stderr, on one line. */
  readonly stderr: string;
}

/** What stands behind the streams. */
export interface AgentStatus extends AgentFailures {
  readonly name: string;
}

export interface StreamsOptions {
  readonly agent: AgentSource;
  readonly management: Management;
  readonly clock: Clock;
  /** There is something to send. */
  readonly onOutgoing: () => void;
  readonly onEvent: (event: StreamEvent) => void;
}

export type StreamEvent = { readonly clientId: string; readonly streamId: string } & (
  | { readonly type: 'opened' }
  | { readonly type: 'closed'; readonly why: string }
  | { readonly type: 'warning'; readonly what: string }
);

/** All streams of a host, by client_id and stream_id: takes what comes from the relay and says what goes to it (docs/protocol.md §3). */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #open = new Map<string, Stream>();
  readonly #outboxes = new Outboxes((key) => this.#open.has(key));
  readonly #ending = new EndingStreams(MAX_STREAMS);
  readonly #ended = new EndedStreams();
  readonly #agents: Agents;
  readonly #opener: StreamOpener;
  /** The stream of each controller that knows of none; another one after a restart, since its numbers begin anew. */
  readonly #legacyStreamId = randomUUID();
  readonly #assembler = new Assembler();
  #sweep: Timer | null = null;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#agents = new Agents(options.agent, options.clock);
    this.#opener = new StreamOpener(this.#agents, options.management, options.clock);
  }

  /** Takes one envelope. `frame` is the text it came in, for its size. */
  take(envelope: ToHost, frame: string): void {
    const { client_id, stream_id, seq_id } = envelope;
    switch (envelope.type) {
      case 'ack':
        if (stream_id !== undefined && seq_id !== undefined) this.#ack({ ...envelope, stream_id, seq_id });
        break;
      case 'ping':
        this.#ping(client_id, stream_id ?? this.#legacyStreamId);
        break;
      case 'client_closed':
        if (stream_id !== undefined) this.#close(client_id, stream_id, 'the controller left');
        break;
      case 'client_message':
        this.#message({ ...envelope, stream_id: stream_id ?? this.#legacyStreamId });
        break;
      case 'client_message_chunk':
        if (stream_id !== undefined && seq_id !== undefined) this.#chunk({ ...envelope, stream_id, seq_id }, frame);
        break;
    }
  }

  /** The next frame to send, of each stream in turn; null when all have gone out. */
  next(): string | null {
    return this.#outboxes.next();
  }

  /** A new link is there: all that is unacked goes out again. */
  rewind(): void {
    this.#outboxes.rewind();
  }

  status(): StreamStatus[] {
    return [...this.#open].map(([key, stream]) => {
      const [clientId, streamId] = fromStreamKey(key);
      const { since, outbox, isManagement: management, stderr } = stream;
      return { clientId, streamId, since, unacked: outbox.unacked, stopped: outbox.isFull, management, stderr };
    });
  }

  /** Those that ended lately, the newest first. */
  ended(): readonly EndedStream[] {
    return this.#ended.all;
  }

  agent(): AgentStatus {
    return { name: this.#agents.name, ...this.#agents.failures() };
  }

  agentCounts(): AgentCounts {
    return this.#agents.counts;
  }

  /** Ends every stream and forgets what was not acked. Settles when their agents are gone. */
  async closeAll(why: string): Promise<void> {
    for (const key of [...this.#open.keys()]) this.#close(...fromStreamKey(key), why);
    this.#outboxes.clear();
    this.#sweep?.cancel();
    this.#sweep = null;
    await this.#ending.settled();
  }

  #message({ client_id, stream_id, seq_id, message }: Addressed & { message: RawMessage }): void {
    const known = this.#open.get(streamKey(client_id, stream_id));
    const shape = shapeOf(message);
    const starts = shape instanceof WireError ? null : initializeId(shape);
    if (starts === null && isRepeated(known, seq_id)) return;
    const stream = starts === null ? known : this.#start(client_id, stream_id, starts, asksForManagement(message));
    if (stream === undefined) return;
    if (seq_id !== undefined) stream.lastSeq = seq_id;
    stream.lastActivity = this.#options.clock.monotonic();
    if (shape instanceof WireError) stream.replyMalformed(shape.message);
    else stream.take(message, shape);
  }

  #chunk(envelope: Addressed & Segment & { seq_id: number }, frame: string): void {
    const { client_id, stream_id, seq_id } = envelope;
    const known = this.#open.get(streamKey(client_id, stream_id));
    if (isRepeated(known, seq_id)) return;
    if (known !== undefined) known.lastActivity = this.#options.clock.monotonic();
    if (exceedsUtf8(frame, limits.envelopeBytes)) {
      this.#assembler.forget(client_id, stream_id);
      this.#warn(client_id, stream_id, 'a segment over the size limit was dropped');
      return;
    }
    const assembled = this.#assembler.take(client_id, stream_id, seq_id, envelope);
    if (assembled.kind === 'complete') this.#message({ client_id, stream_id, seq_id, message: assembled.message });
    if (assembled.kind === 'dropped')
      this.#warn(client_id, stream_id, `a segmented message was dropped: ${assembled.why}`);
  }

  /** Undefined when there are too many. */
  #start(clientId: string, streamId: string, initializeId: RpcId, isManagement: boolean): Stream | undefined {
    const key = streamKey(clientId, streamId);
    const outbox = this.#outboxes.of(clientId, streamId);
    this.#end(key, 'a new initialize replaced it');
    const refusal = this.#opener.refuse(initializeId, isManagement, this.#open.values());
    if (refusal !== null) {
      if (!outbox.isFull) outbox.pushMessage(refusal);
      this.#options.onOutgoing();
      return undefined;
    }
    const stream: Stream = this.#opener.open(isManagement, {
      outbox,
      onOutgoing: this.#options.onOutgoing,
      onEnded: (why) => {
        if (this.#open.get(key) !== stream) return;
        this.#end(key, why, true);
        outbox.pushPong('unknown'); // the controller need not wait for its next ping to learn of it
        this.#options.onOutgoing();
      },
      onWarning: (what) => this.#warn(clientId, streamId, what),
    });
    this.#open.set(key, stream);
    this.#sweep ??= this.#options.clock.setTimer(limits.streamSweepMs, () => this.#sweepIdle());
    this.#options.onEvent({ type: 'opened', clientId, streamId });
    return stream;
  }

  #ack(acked: { client_id: string; stream_id: string; seq_id: number; segment_id?: number }): void {
    const key = streamKey(acked.client_id, acked.stream_id);
    this.#outboxes.ack(key, acked);
    this.#open.get(key)?.regulate();
  }

  #ping(clientId: string, streamId: string): void {
    const stream = this.#open.get(streamKey(clientId, streamId));
    if (stream !== undefined) stream.lastActivity = this.#options.clock.monotonic();
    this.#outboxes.of(clientId, streamId).pushPong(stream === undefined ? 'unknown' : 'active');
    this.#options.onOutgoing();
  }

  /** Nobody is there to take what the stream still had to say: it is freed. */
  #close(clientId: string, streamId: string, why: string): void {
    const key = streamKey(clientId, streamId);
    this.#open.get(key)?.outbox.clear();
    this.#end(key, why);
  }

  #end(key: string, why: string, isFailure = false): void {
    const stream = this.#open.get(key);
    if (stream === undefined) return;
    const [clientId, streamId] = fromStreamKey(key);
    this.#open.delete(key);
    const { since, stderr } = stream;
    this.#ended.add({ clientId, streamId, since, endedAt: this.#options.clock.monotonic(), why, stderr });
    if (!stream.isManagement) this.#agents.ended(stream, isFailure ? why : null);
    this.#ending.add(stream);
    this.#assembler.forget(clientId, streamId);
    this.#options.onEvent({ type: 'closed', clientId, streamId, why });
  }

  #sweepIdle(): void {
    const now = this.#options.clock.monotonic();
    for (const [key, stream] of this.#open) {
      if (now - stream.lastActivity < limits.streamIdleMs) continue;
      this.#close(...fromStreamKey(key), 'its controller was not heard of for 10 minutes');
    }
    this.#sweep =
      this.#open.size === 0 ? null : this.#options.clock.setTimer(limits.streamSweepMs, () => this.#sweepIdle());
  }

  #warn(clientId: string, streamId: string, what: string): void {
    this.#options.onEvent({ type: 'warning', clientId, streamId, what });
  }
}

/** What the address of a message is once a legacy client's stream has its name. */
type Addressed = Omit<ToHost, 'type' | 'stream_id'> & { readonly stream_id: string };

function shapeOf(message: RawMessage): RpcShape | WireError {
  try {
    return readRpc(message);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

/** The id of an `initialize` request; null for any other message. */
function initializeId(shape: RpcShape): RpcId | null {
  return shape.kind === 'request' && shape.method === 'initialize' ? shape.id : null;
}

function isRepeated(stream: Stream | undefined, seq: number | undefined): boolean {
  return stream !== undefined && seq !== undefined && seq <= stream.lastSeq;
}

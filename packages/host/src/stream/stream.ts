import { oneLine, type RawMessage, type RpcId, type RpcShape, readRpc, rpcError, WireError } from '@holdfast/wire';
import { type AgentCommand, AgentProcess } from '../agent/agent-process.ts';
import type { Outbox } from './outbox.ts';

/** What a stream's agent may leave unread before the stream is given up, in bytes. */
const UNREAD_BYTES = 64 * 1024 * 1024;

/** Requests of a controller whose replies are awaited; those beyond it get no error when the agent ends. */
const MAX_WAITING = 1_024;

/** JSON-RPC's codes for what cannot be answered (JSON-RPC 2.0 §5.1, and its range for servers). */
const PARSE_ERROR = -32700;
const AGENT_ENDED = -32000;
const TOO_LARGE = -32001;

export interface StreamEvents {
  /** There is something to send. */
  onOutgoing(): void;
  /** The agent ended by itself: the stream is over. */
  onEnded(why: string): void;
  onWarning(what: string): void;
}

/** One controller's conversation: one agent process, started by `initialize`. Passes messages on unchanged and keeps track of who waits for a reply. */
export class Stream {
  readonly since: number;
  readonly outbox: Outbox;
  /** When the controller was last heard of, by the same clock as `since`. */
  lastActivity: number;
  /** The last seq_id taken from the controller. */
  lastSeq = -1;
  readonly #events: StreamEvents;
  readonly #agent: AgentProcess;
  readonly #waiting = new Set<RpcId>();
  #paused = false;

  constructor(command: AgentCommand, outbox: Outbox, now: number, events: StreamEvents) {
    this.since = now;
    this.lastActivity = now;
    this.outbox = outbox;
    this.#events = events;
    this.#agent = new AgentProcess(command, {
      onLine: (line) => this.#fromAgent(line),
      onEnd: (why) => this.#ended(why),
      onWarning: (what) => events.onWarning(what),
    });
  }

  /** Settles once the agent is gone. Never rejects. */
  get agentEnded(): Promise<void> {
    return this.#agent.ended;
  }

  /** `shape` is what `readRpc` says of `message`. */
  toAgent(message: RawMessage, shape: RpcShape): void {
    if (shape.kind === 'request' && this.#waiting.size < MAX_WAITING) this.#waiting.add(shape.id);
    this.#agent.write(oneLine(message));
    if (this.#agent.unreadBytes > UNREAD_BYTES) {
      this.#agent.stop();
      this.#ended(`${this.#agent.name} does not read what it is sent`);
    }
  }

  /** For a controller that sent what is no JSON-RPC. Not told when the window is full: nothing a controller sends may grow without acks. */
  replyMalformed(why: string): void {
    if (!this.outbox.isFull) this.#send(rpcError(null, PARSE_ERROR, `The host could not read a message: ${why}.`));
  }

  /** The outbox has room again, or has none. */
  regulate(): void {
    if (this.outbox.isFull === this.#paused) return;
    this.#paused = this.outbox.isFull;
    if (this.#paused) this.#agent.pause();
    else this.#agent.resume();
  }

  /** Ends the agent. Nothing is told after this. */
  close(): void {
    this.#agent.stop();
  }

  /** Ends the agent at once. */
  kill(): void {
    this.#agent.kill();
  }

  #fromAgent(line: string): void {
    let shape: RpcShape;
    try {
      shape = readRpc(line);
    } catch (error) {
      this.#events.onWarning(
        `${this.#agent.name} wrote a line that is ${error instanceof Error ? error.message : 'malformed'}; it was dropped`,
      );
      return;
    }
    if (shape.kind === 'response' && shape.id !== null) this.#waiting.delete(shape.id);
    try {
      this.#send(line);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#events.onWarning(error.message);
      if (shape.kind === 'response')
        this.#send(rpcError(shape.id, TOO_LARGE, `The reply cannot be sent: ${error.message}.`));
    }
  }

  #ended(why: string): void {
    for (const id of this.#waiting) this.#send(rpcError(id, AGENT_ENDED, `The agent ended: ${why}.`));
    this.#waiting.clear();
    this.#events.onEnded(why);
  }

  #send(message: RawMessage): void {
    this.outbox.pushMessage(message);
    this.regulate();
    this.#events.onOutgoing();
  }
}

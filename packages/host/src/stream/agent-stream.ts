import type { Clock } from '@holdfast/lease';
import { type RawMessage, type RpcId, type RpcShape, readRpc, rpcError, WireError } from '@holdfast/wire';
import { type Agent, type AgentSource, startAgent } from '../agent/agent.ts';
import { Stream, type StreamOptions } from './stream.ts';

/** What a stream's agent may leave unread before the stream is given up, in bytes. */
const UNREAD_BYTES = 64 * 1024 * 1024;

/** Requests of a controller whose replies are awaited; those beyond it get no error when the agent ends. */
const MAX_WAITING = 1_024;

/** JSON-RPC's codes for what cannot be answered (its range for servers). */
const AGENT_ENDED = -32000;
const TOO_LARGE = -32001;

/** A conversation with one agent. Passes messages on unchanged and keeps track of who waits for a reply. */
export class AgentStream extends Stream {
  readonly isManagement = false;
  readonly #agent: Agent;
  readonly #waiting = new Set<RpcId>();
  #paused = false;

  constructor(source: AgentSource, clock: Clock, options: StreamOptions) {
    super(options);
    this.#agent = startAgent(source, clock, {
      onMessage: (message) => this.#fromAgent(message),
      onEnd: (why) => this.#ended(why),
      onWarning: (what) => options.onWarning(what),
    });
  }

  get ended(): Promise<void> {
    return this.#agent.ended;
  }

  override close(): void {
    super.close();
    this.#agent.stop();
  }

  kill(): void {
    this.#agent.kill();
  }

  protected pass(message: RawMessage, shape: RpcShape): void {
    if (shape.kind === 'request' && this.#waiting.size < MAX_WAITING) this.#waiting.add(shape.id);
    this.#agent.write(message);
    if (this.#agent.unreadBytes > UNREAD_BYTES) {
      this.#agent.stop();
      this.#ended(`${this.#agent.name} does not read what it is sent`);
    }
  }

  protected onWindow(): void {
    if (this.outbox.isFull === this.#paused) return;
    this.#paused = this.outbox.isFull;
    if (this.#paused) this.#agent.pause();
    else this.#agent.resume();
  }

  #fromAgent(message: RawMessage): void {
    let shape: RpcShape;
    try {
      shape = readRpc(message);
    } catch (error) {
      this.events.onWarning(
        `${this.#agent.name} wrote a message that is ${error instanceof Error ? error.message : 'malformed'}; it was dropped`,
      );
      return;
    }
    if (shape.kind === 'response' && shape.id !== null) this.#waiting.delete(shape.id);
    try {
      this.send(message);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.events.onWarning(error.message);
      if (shape.kind === 'response')
        this.send(rpcError(shape.id, TOO_LARGE, `The reply cannot be sent: ${error.message}.`));
    }
  }

  #ended(why: string): void {
    for (const id of this.#waiting) this.send(rpcError(id, AGENT_ENDED, `The agent ended: ${why}.`));
    this.#waiting.clear();
    this.events.onEnded(why);
  }
}

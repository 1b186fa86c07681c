import type { Clock, Timer } from '@holdfast/lease';
import { limits, type RawMessage, type RpcId, type RpcShape, readRpc, rpcError, WireError } from '@holdfast/wire';
import type { Agent } from '../agent/agent.ts';
import type { Agents } from '../agent/agents.ts';
import { Stream, type StreamOptions } from './stream.ts';

/** What a stream's agent may leave unread before the stream is given up, in bytes. */
const UNREAD_BYTES = 64 * 1024 * 1024;

/** Requests of a controller whose replies are awaited; those beyond it get no error when the agent ends. */
const MAX_WAITING = 1_024;

/** An agent that has not answered its `initialize` after so many milliseconds hangs. */
const INITIALIZE_TIMEOUT_MS = 120_000;

/** JSON-RPC's codes for what cannot be answered (its range for servers). */
const AGENT_ENDED = -32000;
const TOO_LARGE = -32001;

/** A conversation with one agent. Passes messages on unchanged and keeps track of who waits for a reply. */
export class AgentStream extends Stream {
  readonly isManagement = false;
  readonly #agent: Agent;
  readonly #clock: Clock;
  readonly #waiting = new Set<RpcId>();
  /** The `initialize` that is not answered yet, and how long it may go on so. */
  #initializing: { readonly id: RpcId; readonly timer: Timer } | null = null;
  #paused = false;

  constructor(agents: Agents, clock: Clock, options: StreamOptions) {
    super(options);
    this.#clock = clock;
    this.#agent = agents.start({
      onMessage: (message) => this.#fromAgent(message),
      onDroppedReply: (id) => this.#replyTooLarge(id, `it has more than ${limits.messageBytes} bytes`),
      onEnd: (why) => this.#ended(why),
      onWarning: (what) => options.onWarning(what),
    });
  }

  get ended(): Promise<void> {
    return this.#agent.ended;
  }

  get stderr(): string {
    return this.#agent.stderr;
  }

  override close(): void {
    super.close();
    this.#initialized();
    this.#agent.stop();
  }

  kill(): void {
    this.#agent.kill();
  }

  protected pass(message: RawMessage, shape: RpcShape): void {
    if (shape.kind === 'request' && this.#waiting.size < MAX_WAITING) this.#waiting.add(shape.id);
    if (shape.kind === 'request' && shape.method === 'initialize') this.#expectAnswer(shape.id);
    this.#agent.write(message);
    if (this.#agent.unreadBytes > UNREAD_BYTES) this.#giveUp('does not read what it is sent');
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
    if (shape.kind === 'response' && shape.id !== null) this.#settled(shape.id);
    try {
      this.send(message);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.events.onWarning(error.message);
      if (shape.kind === 'response') this.#replyTooLarge(shape.id, error.message);
    }
  }

  #replyTooLarge(id: RpcId | null, why: string): void {
    if (id !== null) this.#settled(id);
    this.send(rpcError(id, TOO_LARGE, `The reply cannot be sent: ${why}.`));
  }

  /** The request with this id is not waited for any more. */
  #settled(id: RpcId): void {
    this.#waiting.delete(id);
    if (id === this.#initializing?.id) this.#initialized();
  }

  #expectAnswer(id: RpcId): void {
    this.#initialized();
    const timer = this.#clock.setTimer(INITIALIZE_TIMEOUT_MS, () => {
      this.#giveUp(`did not answer its initialize within ${INITIALIZE_TIMEOUT_MS / 1000} s`);
    });
    this.#initializing = { id, timer };
  }

  #initialized(): void {
    this.#initializing?.timer.cancel();
    this.#initializing = null;
  }

  #giveUp(why: string): void {
    const { name, stderr } = this.#agent;
    this.#agent.stop();
    this.#ended(`${name} ${why}${stderr === '' ? '' : `; its last words: ${stderr}`}`);
  }

  #ended(why: string): void {
    this.#initialized();
    for (const id of this.#waiting) this.send(rpcError(id, AGENT_ENDED, `The agent ended: ${why}.`));
    this.#waiting.clear();
    this.events.onEnded(why);
  }
}

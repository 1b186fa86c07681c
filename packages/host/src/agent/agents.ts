import type { Clock } from '@holdfast/lease';
import { LineBudget } from '@holdfast/local-socket';
import type { Agent, AgentEvents, AgentSource } from './agent.ts';
import { nameOfAddress } from './agent-address.ts';
import { type AgentFailures, RestartPolicy } from './restart-policy.ts';
import { startAgent } from './start-agent.ts';

/** What all agents together may have written of lines that are not complete, in bytes, beside the first MiB of each. */
const INCOMPLETE_BYTES = 256 * 1024 * 1024;

/** A request to start one that is not granted for now. */
export interface HeldBack {
  readonly message: string;
  /** Wall clock in milliseconds. */
  readonly retryAt: number;
}

/** Since the host started. */
export interface AgentCounts {
  readonly started: number;
  /** They ended with their stream. */
  readonly stopped: number;
  /** They ended by themselves, or were given up. */
  readonly failed: number;
  /** Were asked for, and not started. */
  readonly heldBack: number;
}

/** The agents of a host: what all of them are started from, and whether one may be started now. */
export class Agents {
  readonly #source: AgentSource;
  readonly #clock: Clock;
  readonly #restarts: RestartPolicy;
  readonly #lines = new LineBudget(INCOMPLETE_BYTES);
  readonly #counts = { started: 0, stopped: 0, failed: 0, heldBack: 0 };

  constructor(source: AgentSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#restarts = new RestartPolicy(clock);
  }

  /** For a person. Without its arguments, which may hold secrets. */
  get name(): string {
    return 'url' in this.#source ? nameOfAddress(this.#source) : this.#source.command;
  }

  get counts(): AgentCounts {
    return { ...this.#counts };
  }

  failures(): AgentFailures {
    return this.#restarts.status();
  }

  /** Asks for one more. Null when an agent may be started now. */
  heldBack(): HeldBack | null {
    const { failures, lastFailure, retryAt } = this.#restarts.status();
    if (retryAt === null) return null;
    this.#counts.heldBack += 1;
    const seconds = Math.ceil((retryAt - this.#clock.wall()) / 1000);
    return {
      message: `The agent was not started: it failed ${failures} times in a row soon after its start, the last time because ${lastFailure}. It may be started again in ${seconds} s.`,
      retryAt,
    };
  }

  /** Never throws: an agent that cannot be had ends, a moment later. */
  start(events: AgentEvents): Agent {
    return startAgent(this.#source, this.#clock, events, this.#lines);
  }

  /** `stream` has an agent from now on. */
  started(stream: object): void {
    this.#counts.started += 1;
    this.#restarts.started(stream);
  }

  /** @param failure why it ended by itself, for a person; null when somebody ended it */
  ended(stream: object, failure: string | null): void {
    this.#counts[failure === null ? 'stopped' : 'failed'] += 1;
    this.#restarts.ended(stream, failure);
  }
}

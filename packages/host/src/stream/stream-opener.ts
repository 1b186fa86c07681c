import type { Clock } from '@holdfast/lease';
import { type RawMessage, type RpcId, rpcError } from '@holdfast/wire';
import type { Agents } from '../agent/agents.ts';
import type { Management } from '../management/management.ts';
import { rfc3339 } from '../rfc3339.ts';
import { AgentStream } from './agent-stream.ts';
import { ManagementStream } from './management-stream.ts';
import type { Stream, StreamOptions } from './stream.ts';

/** Agents that one host runs at once; an `initialize` beyond it is answered with an error. */
export const MAX_STREAMS = 64;
/** Streams without an agent, on which controllers speak to the host itself; likewise. */
export const MAX_MANAGEMENT_STREAMS = 32;
const TOO_MANY_STREAMS = -32002;
/** The agent may not be started before `data.retryAt`. */
const AGENT_HELD_BACK = -32004;

/** Makes streams, of the kind that an `initialize` asks for, as many as there may be. */
export class StreamOpener {
  readonly #agents: Agents;
  readonly #management: Management;
  readonly #clock: Clock;

  constructor(agents: Agents, management: Management, clock: Clock) {
    this.#agents = agents;
    this.#management = management;
    this.#clock = clock;
  }

  /** @param options without what every stream of this host has */
  open(isManagement: boolean, options: Omit<StreamOptions, 'now' | 'answer'>): Stream {
    const all = { ...options, now: this.#clock.monotonic(), answer: this.#management.answer };
    if (isManagement) return new ManagementStream(this.#management, this.#clock, all);
    const stream = new AgentStream(this.#agents, this.#clock, all);
    this.#agents.started(stream);
    return stream;
  }

  /** Why no such stream may be opened now, as the reply to its `initialize`; null when one may. `open`: those that there are. */
  refuse(initializeId: RpcId, isManagement: boolean, open: Iterable<Stream>): RawMessage | null {
    const count = [...open].filter((stream) => stream.isManagement === isManagement).length;
    if (count >= (isManagement ? MAX_MANAGEMENT_STREAMS : MAX_STREAMS)) {
      const why = isManagement
        ? `This host has ${count} management streams open, as many as it may; close one first.`
        : `This host runs ${count} agents, as many as it may; close a stream first.`;
      return rpcError(initializeId, TOO_MANY_STREAMS, why);
    }
    const heldBack = isManagement ? null : this.#agents.heldBack();
    if (heldBack === null) return null;
    const retryAt = rfc3339(heldBack.retryAt);
    return rpcError(initializeId, AGENT_HELD_BACK, heldBack.message, { retryAt });
  }
}

import type { Clock } from '@holdfast/lease';
import type { RawMessage } from '@holdfast/wire';
import { AgentConnection } from './agent-connection.ts';
import { AgentProcess } from './agent-process.ts';

/** A command that is started for each stream. */
export interface AgentCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the host's own. */
  readonly cwd?: string;
}

/** An agent that runs already, and serves all streams. */
export interface AgentAddress {
  /** `ws://`, `wss://` or `unix://` with an absolute path, as `parseAgentAddress` gives it. */
  readonly url: string;
}

export type AgentSource = AgentCommand | AgentAddress;

export interface AgentEvents {
  onMessage(message: RawMessage): void;
  /** It is gone without having been stopped; nothing comes after. `why` is for a person. */
  onEnd(why: string): void;
  /** It wrote something that cannot be a message. */
  onWarning(what: string): void;
}

/** The agent of one stream. */
export interface Agent {
  /** For a person. */
  readonly name: string;
  /** Settles once nothing of it is left that belongs to the stream. Never rejects. */
  readonly ended: Promise<void>;
  /** Bytes given to it that it has not read yet. */
  readonly unreadBytes: number;
  write(message: RawMessage): void;
  /** Stops reading what it writes. */
  pause(): void;
  resume(): void;
  /** Ends it in order. Nothing is told after this. */
  stop(): void;
  /** Ends it at once. Nothing is told after this. */
  kill(): void;
}

/** Never throws: an agent that cannot be had ends, a moment later. */
export function startAgent(source: AgentSource, clock: Clock, events: AgentEvents): Agent {
  return 'url' in source ? new AgentConnection(source, clock, events) : new AgentProcess(source, events);
}

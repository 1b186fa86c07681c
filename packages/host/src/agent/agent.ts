import type { RawMessage, RpcId } from '@holdfast/wire';

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
  /** Its reply to this request was too large to be kept. */
  onDroppedReply?(id: RpcId): void;
  /** It wrote something that cannot be a message. */
  onWarning(what: string): void;
}

/** The agent of one stream. */
export interface Agent {
  /** For a person. */
  readonly name: string;
  /** Settles once nothing of it is left that belongs to the stream. Never rejects. */
  readonly ended: Promise<void>;
  /** The end of what it wrote to stderr, on one line; empty where nothing is known of that. */
  readonly stderr: string;
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

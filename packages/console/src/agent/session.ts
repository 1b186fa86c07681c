import { type Controller, ControllerError, RpcError, type StreamEnd } from '@holdfast/controller';
import type { KeptRequest, KeptStream } from '../device/kept-talk.ts';
import type { Agent, Talk } from '../state/talk.ts';
import type { TalkAction } from '../state/talk-actions.ts';
import { CodexConversation } from './codex-conversation.ts';
import { McpServer } from './mcp-server.ts';
import { introduce, type OpenAgent, openAgent, takeUpAgent } from './open-agent.ts';

export interface SessionOptions {
  readonly controller: Controller;
  readonly environmentId: string;
  readonly dispatch: (action: TalkAction) => void;
  readonly talk: () => Talk;
  /** A stream that the page before this one left open. */
  readonly left: KeptStream | null;
  /** Called whenever what another page would have to know of the stream has changed; null: there is none to take up. */
  readonly onStream: (stream: KeptStream | null) => void;
}

/** The agent of one machine, spoken to as it wants to be: what the page does with it, over one stream after another. */
export class Session {
  readonly #options: SessionOptions;
  #left: KeptStream | null;
  #open: OpenAgent | null = null;
  #codex: CodexConversation | null = null;
  #mcp: McpServer | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#left = options.left;
  }

  /** Opens a stream, or takes up the one that was left open. Does nothing while there is one. */
  start(): void {
    if (this.#open !== null) return;
    const { controller, environmentId, dispatch } = this.#options;
    const left = this.#left;
    this.#left = null;
    dispatch({ type: 'starting' });
    let open: OpenAgent;
    try {
      const log = (direction: 'sent' | 'received', text: string) => dispatch({ type: 'logged', direction, text });
      open =
        left === null ? openAgent(controller, environmentId, log) : takeUpAgent(controller, environmentId, left, log);
    } catch (error) {
      dispatch({ type: 'ended', why: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.#open = open;
    void open.stream.closed.then((end) => this.#ended(open, end));
    void (left === null ? this.#introduce(open) : this.#rejoin(open, left));
  }

  send(text: string): void {
    if (this.#codex !== null) void this.#codex.send(text);
  }

  interrupt(): void {
    void this.#codex?.interrupt();
  }

  decide(key: string, decision: unknown): void {
    this.#codex?.decide(key, decision);
  }

  newThread(): void {
    this.#options.dispatch({ type: 'thread-shown', threadId: null });
  }

  showThread(threadId: string): void {
    void this.#codex?.show(threadId);
  }

  listThreads(): void {
    this.#options.dispatch({ type: 'showing', what: 'threads' });
    void this.#codex?.list();
  }

  callTool(name: string, args: unknown): void {
    void this.#mcp?.call(name, args);
  }

  /** Sends one message as it was written. @throws ControllerError when it is none */
  sendRaw(text: string): void {
    if (this.#open === null) throw new ControllerError('ERR_CONTROLLER_CLOSED', 'There is no connection to the agent.');
    this.#open.stream.send(text);
  }

  close(): void {
    const open = this.#open;
    this.#open = null;
    this.#left = null;
    this.#codex?.close();
    this.#options.onStream(null);
    void open?.stream.close();
  }

  async #introduce(open: OpenAgent): Promise<void> {
    const { dispatch } = this.#options;
    try {
      const agent = await introduce(open);
      if (this.#open !== open) return;
      // before anything else may come from the agent
      if (agent.kind === 'codex') this.#codex = this.#converse(open, agent);
      if (agent.kind === 'mcp') this.#mcp = new McpServer({ rpc: open.rpc, dispatch });
      if (agent.kind === 'other') open.rpc.onRequest(() => new Promise(() => {})); // answered by hand
      dispatch({ type: 'ready', agent });
      await this.#codex?.resume();
      await this.#mcp?.list();
    } catch (error) {
      if (error instanceof RpcError) this.#failed(open, `The agent did not start: ${error.message}`);
      else if (!(error instanceof ControllerError)) throw error; // the stream's own end is told by `closed`
    }
  }

  /** What the agent has said since the page before was closed comes by itself; what it said before, it is asked for. */
  async #rejoin(open: OpenAgent, { agent, asked }: KeptStream): Promise<void> {
    this.#codex = this.#converse(open, agent);
    try {
      await this.#codex.rejoin(asked);
      if (this.#open === open) this.#options.dispatch({ type: 'ready', agent });
    } catch (error) {
      if (!(error instanceof ControllerError)) throw error;
    }
  }

  #converse({ rpc, stream, takenUp }: OpenAgent, agent: Agent): CodexConversation {
    const { dispatch, talk, onStream } = this.#options;
    const onAsked = (asked: readonly KeptRequest[]) => onStream({ id: stream.id, takenUp, agent, asked });
    onAsked([]);
    return new CodexConversation({ rpc, dispatch, talk, onAsked });
  }

  /** There is no agent, and its host has said why: that says more than the end of the stream which follows. */
  #failed(open: OpenAgent, why: string): void {
    if (this.#open !== open) return;
    this.close();
    this.#options.dispatch({ type: 'ended', why });
  }

  #ended(open: OpenAgent, { reason, error }: StreamEnd): void {
    if (this.#open !== open) return;
    this.#open = null;
    this.#codex?.close();
    this.#codex = null;
    this.#mcp = null;
    this.#options.onStream(null);
    // it ended while nobody was here: another takes its place
    if (reason === 'gone' && open.takenUp > 0 && this.#options.talk().phase === 'starting') this.start();
    else this.#options.dispatch({ type: 'ended', why: endWords(reason, error) });
  }
}

function endWords(reason: StreamEnd['reason'], error: ControllerError | null): string {
  if (reason === 'gone')
    return 'The agent is gone: its machine was restarted, the agent ended, or it was idle for long.';
  if (reason === 'revoked') return 'This device was removed from that machine.';
  return error?.message ?? 'The conversation was closed.';
}

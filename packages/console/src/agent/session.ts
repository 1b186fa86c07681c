import { type Controller, ControllerError, RpcError, type StreamEnd } from '@holdfast/controller';
import type { Talk } from '../state/talk.ts';
import type { TalkAction } from '../state/talk-actions.ts';
import { CodexConversation } from './codex-conversation.ts';
import { McpServer } from './mcp-server.ts';
import { introduce, type OpenAgent, openAgent } from './open-agent.ts';

export interface SessionOptions {
  readonly controller: Controller;
  readonly environmentId: string;
  readonly dispatch: (action: TalkAction) => void;
  readonly talk: () => Talk;
}

/** The agent of one machine, spoken to as it wants to be: what the page does with it, over one stream after another. */
export class Session {
  readonly #options: SessionOptions;
  #open: OpenAgent | null = null;
  #codex: CodexConversation | null = null;
  #mcp: McpServer | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Opens a stream. Does nothing while there is one. */
  start(): void {
    if (this.#open !== null) return;
    const { controller, environmentId, dispatch } = this.#options;
    dispatch({ type: 'starting' });
    let open: OpenAgent;
    try {
      open = openAgent(controller, environmentId, (direction, text) => dispatch({ type: 'logged', direction, text }));
    } catch (error) {
      dispatch({ type: 'ended', why: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.#open = open;
    void open.stream.closed.then((end) => this.#ended(open, end));
    void this.#introduce(open);
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
    this.#codex?.close();
    void open?.stream.close();
  }

  async #introduce(open: OpenAgent): Promise<void> {
    const { dispatch, talk } = this.#options;
    try {
      const agent = await introduce(open);
      if (this.#open !== open) return;
      // before anything else may come from the agent
      if (agent.kind === 'codex') this.#codex = new CodexConversation({ rpc: open.rpc, dispatch, talk });
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
    this.#options.dispatch({ type: 'ended', why: endWords(reason, error) });
  }
}

function endWords(reason: StreamEnd['reason'], error: ControllerError | null): string {
  if (reason === 'gone')
    return 'The agent is gone: its machine was restarted, the agent ended, or it was idle for long.';
  if (reason === 'revoked') return 'This device was removed from that machine.';
  return error?.message ?? 'The conversation was closed.';
}

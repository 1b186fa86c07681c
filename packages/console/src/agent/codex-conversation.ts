import { type RpcClient, RpcError } from '@holdfast/controller';
import { readThreads } from '../chat/threads.ts';
import type { ServerRequestResolvedNotification } from '../codex-protocol/v2/ServerRequestResolvedNotification.ts';
import type { Thread } from '../codex-protocol/v2/Thread.ts';
import type { ThreadListParams } from '../codex-protocol/v2/ThreadListParams.ts';
import type { ThreadResumeParams } from '../codex-protocol/v2/ThreadResumeParams.ts';
import type { ThreadResumeResponse } from '../codex-protocol/v2/ThreadResumeResponse.ts';
import type { ThreadStartParams } from '../codex-protocol/v2/ThreadStartParams.ts';
import type { ThreadStartResponse } from '../codex-protocol/v2/ThreadStartResponse.ts';
import type { Turn } from '../codex-protocol/v2/Turn.ts';
import type { TurnInterruptParams } from '../codex-protocol/v2/TurnInterruptParams.ts';
import type { TurnStartParams } from '../codex-protocol/v2/TurnStartParams.ts';
import type { TurnStartResponse } from '../codex-protocol/v2/TurnStartResponse.ts';
import type { KeptRequest } from '../device/kept-talk.ts';
import { listOf, member, textOf } from '../read.ts';
import { chatOf, type Talk } from '../state/talk.ts';
import type { TalkAction } from '../state/talk-actions.ts';
import { Questions } from './questions.ts';

export interface ConversationOptions {
  readonly rpc: RpcClient;
  readonly dispatch: (action: TalkAction) => void;
  readonly talk: () => Talk;
  /** Called with what the agent waits for a person to answer, whenever that changes. */
  readonly onAsked: (waiting: readonly KeptRequest[]) => void;
}

const THREADS_SHOWN = 50;

/** Talks to an agent of codex app-server's protocol: threads, turns, approvals. */
export class CodexConversation {
  readonly #options: ConversationOptions;
  readonly #questions: Questions;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { rpc, dispatch, onAsked } = options;
    this.#questions = new Questions({ rpc, dispatch, onChange: onAsked });
    rpc.onNotification((method, params) => {
      if (method === 'serverRequest/resolved') {
        this.#questions.resolved(JSON.stringify(member<ServerRequestResolvedNotification>(params, 'requestId')));
      }
      dispatch({ type: 'notified', method, params });
    });
  }

  async send(text: string): Promise<void> {
    const { rpc, dispatch, talk } = this.#options;
    const messageId = crypto.randomUUID();
    const before = talk().threadId;
    dispatch({ type: 'sending', messageId, text });
    try {
      const threadId = before ?? (await this.#startThread());
      const answer = await rpc.request('turn/start', {
        threadId,
        clientUserMessageId: messageId,
        input: [{ type: 'text', text, text_elements: [] }],
      } satisfies TurnStartParams);
      dispatch({ type: 'sent', messageId, turnId: textOf<Turn>(member<TurnStartResponse>(answer, 'turn'), 'id') });
    } catch (error) {
      // where the stream ended, its end says so, and keeps the text
      if (error instanceof RpcError) dispatch({ type: 'refused', messageId, why: `Not sent: ${error.message}` });
    }
  }

  async interrupt(): Promise<void> {
    const { talk } = this.#options;
    const { threadId } = talk();
    const turnId = chatOf(talk()).turn?.id ?? null;
    if (threadId === null || turnId === null) return;
    await this.#try('turn/interrupt', { threadId, turnId } satisfies TurnInterruptParams);
  }

  decide(key: string, decision: unknown): void {
    this.#questions.decide(key, decision);
  }

  async list(): Promise<void> {
    const { rpc, dispatch } = this.#options;
    try {
      const answer = await rpc.request('thread/list', {
        limit: THREADS_SHOWN,
        sortKey: 'updated_at',
      } satisfies ThreadListParams);
      dispatch({ type: 'threads', threads: readThreads(answer) });
    } catch (error) {
      if (error instanceof RpcError) dispatch({ type: 'threads-failed', why: error.message });
    }
  }

  /** Shows a thread: as it is known here, else as the agent remembers it. */
  async show(threadId: string): Promise<void> {
    const { dispatch, talk } = this.#options;
    if (talk().chats.has(threadId)) return dispatch({ type: 'thread-shown', threadId });
    try {
      await this.#load(threadId);
    } catch (error) {
      if (error instanceof RpcError) dispatch({ type: 'threads-failed', why: `It cannot be opened: ${error.message}` });
    }
  }

  /** After a new stream: the thread that was shown, if the agent remembers it. */
  async resume(): Promise<void> {
    const { dispatch, talk } = this.#options;
    const { threadId } = talk();
    if (threadId === null) return;
    try {
      await this.#load(threadId);
    } catch (error) {
      if (!(error instanceof RpcError)) return;
      dispatch({
        type: 'thread-lost',
        why: 'The agent does not remember what is above. What you send now begins anew.',
      });
    }
  }

  /** On a stream that an earlier page had: what it was asked, and the thread that was shown, as it is now. */
  async rejoin(asked: readonly KeptRequest[]): Promise<void> {
    const { dispatch, talk } = this.#options;
    const { threadId } = talk();
    this.#questions.restore(asked);
    try {
      if (threadId !== null) await this.#load(threadId);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      dispatch({
        type: 'noted',
        tone: 'quiet',
        text: 'What was said before is not shown: this agent does not tell it.',
      });
    }
  }

  close(): void {
    this.#questions.clear();
  }

  async #load(threadId: string): Promise<void> {
    const answer = await this.#options.rpc.request('thread/resume', { threadId } satisfies ThreadResumeParams);
    this.#options.dispatch({
      type: 'thread-loaded',
      threadId,
      turns: listOf<Thread>(member<ThreadResumeResponse>(answer, 'thread'), 'turns'),
    });
  }

  async #startThread(): Promise<string> {
    const answer = await this.#options.rpc.request('thread/start', {} satisfies ThreadStartParams);
    const threadId = textOf<Thread>(member<ThreadStartResponse>(answer, 'thread'), 'id');
    if (threadId === null) throw new RpcError(0, 'the agent answered thread/start without a thread.');
    this.#options.dispatch({ type: 'thread-began', threadId });
    return threadId;
  }

  async #try(method: string, params: object): Promise<void> {
    try {
      await this.#options.rpc.request(method, params);
    } catch (error) {
      if (error instanceof RpcError) this.#options.dispatch({ type: 'noted', tone: 'bad', text: error.message });
    }
  }
}

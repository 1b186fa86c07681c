import { EMPTY_LOG, type WireLog } from '../agent/wire-log.ts';
import type { Approval } from '../chat/approval.ts';
import { type Chat, EMPTY_CHAT } from '../chat/chat.ts';
import type { ThreadSummary } from '../chat/threads.ts';
import type { ToolResult } from '../tools/result.ts';

/** How an agent wants to be talked to, as its answer to `initialize` tells. */
export interface Agent {
  readonly kind: 'codex' | 'mcp' | 'other';
  readonly name: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Of its arguments: a JSON Schema, as it came. */
  readonly schema: unknown;
}

export type ToolCall = 'running' | ToolResult;

/** A session with the agent of one machine, from the first `initialize` on. */
export interface Talk {
  readonly phase: 'starting' | 'ready' | 'ended';
  readonly agent: Agent | null;
  /** Why it ended, for a person. */
  readonly end: string | null;
  readonly draft: string;
  /** The thread shown; null for one that has not begun. */
  readonly threadId: string | null;
  readonly chats: ReadonlyMap<string | null, Chat>;
  readonly threads: readonly ThreadSummary[];
  readonly threadsProblem: string | null;
  readonly approvals: readonly Approval[];
  readonly tools: readonly Tool[];
  /** The last call of each tool, by its name. */
  readonly calls: ReadonlyMap<string, ToolCall>;
  readonly log: WireLog;
  readonly showing: 'chat' | 'threads' | 'wire';
}

export const NEW_TALK: Talk = {
  phase: 'starting',
  agent: null,
  end: null,
  draft: '',
  threadId: null,
  chats: new Map(),
  threads: [],
  threadsProblem: null,
  approvals: [],
  tools: [],
  calls: new Map(),
  log: EMPTY_LOG,
  showing: 'chat',
};

export const chatOf = (talk: Talk): Chat => talk.chats.get(talk.threadId) ?? EMPTY_CHAT;

/** What the agent has not confirmed, which may be there or not, and what is being written: all that would be lost with the page. */
export const unsentText = (talk: Talk): string => joinTexts([...pendingTexts(chatOf(talk)), talk.draft]);

const pendingTexts = (chat: Chat): string[] =>
  chat.items.flatMap((item) => (item.kind === 'user' && item.state === 'sending' ? [item.text] : []));

export const joinTexts = (texts: readonly string[]): string => texts.filter((text) => text !== '').join('\n\n');

import type { Approval } from '../chat/approval.ts';
import type { ThreadSummary } from '../chat/threads.ts';
import type { Agent, Talk, Tool, ToolCall } from './talk.ts';

/** What happens in a session. Named by what has happened; the words on the right are the reducer's business. */
export type TalkAction =
  | { readonly type: 'recalled'; readonly draft: string; readonly threadId: string | null }
  | { readonly type: 'starting' }
  | { readonly type: 'ready'; readonly agent: Agent }
  | { readonly type: 'ended'; readonly why: string }
  | { readonly type: 'typed'; readonly text: string }
  | { readonly type: 'showing'; readonly what: Talk['showing'] }
  | { readonly type: 'sending'; readonly messageId: string; readonly text: string }
  | { readonly type: 'sent'; readonly messageId: string; readonly turnId: string | null }
  | { readonly type: 'refused'; readonly messageId: string; readonly why: string }
  | { readonly type: 'thread-began'; readonly threadId: string }
  | { readonly type: 'thread-loaded'; readonly threadId: string; readonly turns: readonly unknown[] }
  | { readonly type: 'thread-shown'; readonly threadId: string | null }
  | { readonly type: 'thread-lost'; readonly why: string }
  | { readonly type: 'threads'; readonly threads: readonly ThreadSummary[] }
  | { readonly type: 'threads-failed'; readonly why: string }
  | { readonly type: 'notified'; readonly method: string; readonly params: unknown }
  | { readonly type: 'asked'; readonly approval: Approval }
  | { readonly type: 'answered'; readonly key: string }
  | { readonly type: 'noted'; readonly tone: 'quiet' | 'bad'; readonly text: string }
  | { readonly type: 'tools'; readonly tools: readonly Tool[] }
  | { readonly type: 'tool-called'; readonly tool: string; readonly call: ToolCall }
  | { readonly type: 'logged'; readonly direction: 'sent' | 'received'; readonly text: string };

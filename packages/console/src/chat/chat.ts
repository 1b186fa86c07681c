import type { Segments } from '../text/segments.ts';
import type { Output } from './output.ts';

export type Progress = 'running' | 'completed' | 'failed' | 'declined';

export interface FileChange {
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  readonly movedTo: string | null;
  readonly diff: string;
}

/** What a conversation consists of. Ids are the agent's, but for a message that it has not confirmed, which has ours. */
export type ChatItem =
  | { readonly kind: 'user'; readonly id: string; readonly text: string; readonly state: 'sending' | 'sent' }
  | { readonly kind: 'agent'; readonly id: string; readonly text: Segments; readonly done: boolean }
  | { readonly kind: 'thinking'; readonly id: string; readonly text: Segments; readonly done: boolean }
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly command: string;
      readonly cwd: string;
      readonly progress: Progress;
      readonly output: Output;
      readonly exitCode: number | null;
      readonly durationMs: number | null;
    }
  | {
      readonly kind: 'files';
      readonly id: string;
      readonly progress: Progress;
      readonly changes: readonly FileChange[];
    }
  | {
      readonly kind: 'tool';
      readonly id: string;
      readonly name: string;
      readonly progress: Progress;
      readonly detail: string;
    }
  | { readonly kind: 'note'; readonly id: string; readonly tone: 'quiet' | 'bad'; readonly text: string };

/** One thread, as far as this page has seen it. */
export interface Chat {
  readonly items: readonly ChatItem[];
  /** How many of its oldest items are not kept. */
  readonly dropped: number;
  /** The turn under way; its id is null until the agent has told it. */
  readonly turn: { readonly id: string | null } | null;
}

export const EMPTY_CHAT: Chat = { items: [], dropped: 0, turn: null };

/** Items of one thread that are kept; beyond, the oldest go. */
export const MOST_ITEMS = 1_000;

/** Adds an item, or puts it in the place of the one with its id. */
export function putItem(chat: Chat, item: ChatItem): Chat {
  const at = chat.items.findLastIndex(({ id }) => id === item.id);
  if (at !== -1) return { ...chat, items: chat.items.with(at, item) };
  const items = [...chat.items, item];
  const over = Math.max(0, items.length - MOST_ITEMS);
  return { ...chat, items: items.slice(over), dropped: chat.dropped + over };
}

export function changeItem<Kind extends ChatItem['kind']>(
  chat: Chat,
  kind: Kind,
  id: string,
  change: (item: Extract<ChatItem, { kind: Kind }>) => ChatItem,
): Chat {
  const at = chat.items.findLastIndex((item) => item.id === id && item.kind === kind);
  const item = chat.items[at];
  // the kind was looked at, which the type cannot follow
  return item === undefined
    ? chat
    : { ...chat, items: chat.items.with(at, change(item as Extract<ChatItem, { kind: Kind }>)) };
}

export function addNote(chat: Chat, tone: 'quiet' | 'bad', text: string): Chat {
  return putItem(chat, { kind: 'note', id: `note-${chat.dropped + chat.items.length}-${text.length}`, tone, text });
}

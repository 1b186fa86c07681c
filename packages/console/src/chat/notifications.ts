import type { AgentMessageDeltaNotification } from '../codex-protocol/v2/AgentMessageDeltaNotification.ts';
import type { ErrorNotification } from '../codex-protocol/v2/ErrorNotification.ts';
import type { FileChangePatchUpdatedNotification } from '../codex-protocol/v2/FileChangePatchUpdatedNotification.ts';
import type { ItemStartedNotification } from '../codex-protocol/v2/ItemStartedNotification.ts';
import type { ThreadItem } from '../codex-protocol/v2/ThreadItem.ts';
import type { Turn } from '../codex-protocol/v2/Turn.ts';
import type { TurnError } from '../codex-protocol/v2/TurnError.ts';
import type { TurnStartedNotification } from '../codex-protocol/v2/TurnStartedNotification.ts';
import type { WarningNotification } from '../codex-protocol/v2/WarningNotification.ts';
import { listOf, member, textOf } from '../read.ts';
import { append, segmentsOf } from '../text/segments.ts';
import { addNote, type Chat, type ChatItem, changeItem, putItem } from './chat.ts';
import { appendOutput } from './output.ts';
import { readChanges, readItem } from './read-item.ts';

/** What a notification of codex app-server's protocol makes of the thread it is about. */
export function applyNotification(chat: Chat, method: string, params: unknown): Chat {
  const itemId = textOf<AgentMessageDeltaNotification>(params, 'itemId') ?? '';
  const delta = textOf<AgentMessageDeltaNotification>(params, 'delta') ?? '';
  switch (method) {
    case 'turn/started':
      return { ...chat, turn: { id: textOf<Turn>(member<TurnStartedNotification>(params, 'turn'), 'id') } };
    case 'turn/completed':
      return turnCompleted(chat, member<TurnStartedNotification>(params, 'turn'));
    case 'item/started':
      return applyItem(inTurn(chat, params), member<ItemStartedNotification>(params, 'item'), false);
    case 'item/completed':
      return applyItem(chat, member<ItemStartedNotification>(params, 'item'), true);
    case 'item/agentMessage/delta':
    case 'item/plan/delta':
      return grow(inTurn(chat, params), 'agent', itemId, delta);
    case 'item/reasoning/summaryTextDelta':
      return grow(chat, 'thinking', itemId, delta);
    case 'item/reasoning/summaryPartAdded':
      return grow(chat, 'thinking', itemId, '\n\n');
    case 'item/commandExecution/outputDelta':
      return changeItem(chat, 'command', itemId, (item) => ({ ...item, output: appendOutput(item.output, delta) }));
    case 'item/fileChange/patchUpdated':
      return changeItem(chat, 'files', itemId, (item) => ({
        ...item,
        changes: readChanges(listOf<FileChangePatchUpdatedNotification>(params, 'changes')),
      }));
    case 'error':
      return problem(chat, params);
    case 'warning':
      return addNote(
        chat,
        'quiet',
        textOf<WarningNotification>(params, 'message') ?? 'The agent warns of something it does not name.',
      );
    case 'thread/compacted':
      return addNote(chat, 'quiet', 'The agent has summed up what came before, to have room.');
    default:
      return chat;
  }
}

/** A page that was opened in the middle of a turn has not heard of its beginning. */
function inTurn(chat: Chat, params: unknown): Chat {
  const id = textOf<ItemStartedNotification>(params, 'turnId');
  return chat.turn !== null || id === null ? chat : { ...chat, turn: { id } };
}

function grow(chat: Chat, kind: 'agent' | 'thinking', id: string, delta: string): Chat {
  if (!chat.items.some((item) => item.id === id && item.kind === kind)) {
    return putItem(chat, { kind, id, text: segmentsOf(delta), done: false });
  }
  return changeItem(chat, kind, id, (item) => ({ ...item, text: append(item.text, delta) }));
}

function applyItem(chat: Chat, raw: unknown, done: boolean): Chat {
  const item = readItem(raw, done);
  if (item === null) return chat;
  if (item.kind === 'user') return confirmUser(chat, item, textOf<ThreadItem>(raw, 'clientId'));
  const before = chat.items.findLast(({ id }) => id === item.id);
  return putItem(chat, before === undefined ? item : keepSeen(before, item));
}

/** A message of ours comes back by the id we gave it; an agent that forgets it repeats at least its text. */
function confirmUser(chat: Chat, item: ChatItem & { kind: 'user' }, clientId: string | null): Chat {
  const at = chat.items.findIndex(
    (mine) =>
      mine.kind === 'user' &&
      (mine.id === clientId || (clientId === null && mine.state === 'sending' && mine.text === item.text)),
  );
  return at === -1 ? putItem(chat, item) : { ...chat, items: chat.items.with(at, item) };
}

/** What was drawn while it streamed stays as it is, where the end of the item says nothing else. */
function keepSeen(before: ChatItem, after: ChatItem): ChatItem {
  if (before.kind === 'command' && after.kind === 'command' && after.output.text === '') {
    return { ...after, output: before.output };
  }
  if ((before.kind === 'agent' || before.kind === 'thinking') && after.kind === before.kind) {
    if (after.text.length === 0 || after.text.length === before.text.length) return { ...after, text: before.text };
  }
  return after;
}

function turnCompleted(chat: Chat, turn: unknown): Chat {
  const ended: Chat = { ...chat, turn: null, items: chat.items.map(settle) };
  const status = textOf<Turn>(turn, 'status');
  if (status === 'interrupted') return addNote(ended, 'quiet', 'Stopped.');
  if (status === 'failed') return addNote(ended, 'bad', problemText(turn));
  return ended;
}

/** Nothing of a turn that is over still runs. */
export function settle(item: ChatItem): ChatItem {
  if (item.kind === 'agent' || item.kind === 'thinking') return item.done ? item : { ...item, done: true };
  if ((item.kind === 'command' || item.kind === 'files' || item.kind === 'tool') && item.progress === 'running') {
    return { ...item, progress: 'failed' };
  }
  return item;
}

/** While it tries again, the newest try stands in the place of the one before. */
function problem(chat: Chat, params: unknown): Chat {
  const text = problemText(params);
  if (member<ErrorNotification>(params, 'willRetry') !== true) return addNote(chat, 'bad', text);
  return putItem(chat, {
    kind: 'note',
    id: `retry-${textOf<ErrorNotification>(params, 'turnId')}`,
    tone: 'quiet',
    text,
  });
}

function problemText(holder: unknown): string {
  const error = member<ErrorNotification | Turn>(holder, 'error');
  const message = textOf<TurnError>(error, 'message') ?? 'The agent failed and did not say why.';
  const details = textOf<TurnError>(error, 'additionalDetails');
  return details === null ? message : `${message}\n${details}`;
}

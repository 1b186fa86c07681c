import { logMessage } from '../agent/wire-log.ts';
import { addNote, type Chat, type ChatItem, EMPTY_CHAT, putItem } from '../chat/chat.ts';
import { applyNotification, settle } from '../chat/notifications.ts';
import { readItem } from '../chat/read-item.ts';
import { readThread } from '../chat/threads.ts';
import type { ServerRequestResolvedNotification } from '../codex-protocol/v2/ServerRequestResolvedNotification.ts';
import type { ThreadStartedNotification } from '../codex-protocol/v2/ThreadStartedNotification.ts';
import type { Turn } from '../codex-protocol/v2/Turn.ts';
import { listOf, member, textOf } from '../read.ts';
import { chatOf, joinTexts, type Talk, unsentText } from './talk.ts';
import type { TalkAction } from './talk-actions.ts';

export function reduceTalk(talk: Talk, action: TalkAction): Talk {
  switch (action.type) {
    case 'recalled':
      return { ...talk, draft: action.draft, threadId: action.threadId };
    case 'starting':
      return { ...talk, phase: 'starting', end: null, approvals: [] };
    case 'ready':
      return { ...talk, phase: 'ready', agent: action.agent, end: null };
    case 'ended':
      return ended(talk, action.why);
    case 'typed':
      return { ...talk, draft: action.text };
    case 'showing':
      return { ...talk, showing: action.what };
    case 'sending':
      return sending(talk, action.messageId, action.text);
    case 'sent':
      return sent(talk, action.messageId, action.turnId);
    case 'refused':
      return refused(talk, action.messageId, action.why);
    case 'thread-began':
      return began(talk, action.threadId);
    case 'thread-loaded':
      return loaded(talk, action.threadId, action.turns);
    case 'thread-shown':
      return { ...talk, threadId: action.threadId, showing: 'chat' };
    case 'thread-lost':
      return lost(talk, action.why);
    case 'threads':
      return { ...talk, threads: action.threads, threadsProblem: null };
    case 'threads-failed':
      return { ...talk, threadsProblem: action.why };
    case 'notified':
      return notified(talk, action.method, action.params);
    case 'asked':
      return {
        ...talk,
        approvals: [...talk.approvals.filter(({ key }) => key !== action.approval.key), action.approval],
      };
    case 'answered':
      return { ...talk, approvals: talk.approvals.filter(({ key }) => key !== action.key) };
    case 'noted':
      return withChat(talk, talk.threadId, (chat) => addNote(chat, action.tone, action.text));
    case 'tools':
      return { ...talk, tools: action.tools };
    case 'tool-called':
      return { ...talk, calls: new Map(talk.calls).set(action.tool, action.call) };
    case 'logged':
      return { ...talk, log: logMessage(talk.log, action.direction, action.text) };
  }
}

/** Threads whose items are kept; beyond, the one not looked at for longest goes, and is loaded again when it is wanted. */
const MOST_CHATS = 20;

function withChat(talk: Talk, threadId: string | null, change: (chat: Chat) => Chat): Talk {
  const chats = new Map(talk.chats);
  const chat = chats.get(threadId) ?? EMPTY_CHAT;
  chats.delete(threadId);
  chats.set(threadId, change(chat));
  const spare = [...chats.keys()].find((id) => id !== threadId && id !== talk.threadId);
  if (chats.size > MOST_CHATS && spare !== undefined) chats.delete(spare);
  return { ...talk, chats };
}

function sending(talk: Talk, messageId: string, text: string): Talk {
  const cleared = { ...talk, draft: '' };
  return withChat(cleared, talk.threadId, (chat) => ({
    ...putItem(chat, { kind: 'user', id: messageId, text, state: 'sending' }),
    turn: chat.turn ?? { id: null },
  }));
}

/** The message is in one of the threads: its own may not be the one shown any more. */
function inItsThread(talk: Talk, messageId: string, change: (chat: Chat) => Chat): Talk {
  const found = [...talk.chats].find(([, { items }]) => items.some(({ id }) => id === messageId));
  return found === undefined ? talk : withChat(talk, found[0], change);
}

function sent(talk: Talk, messageId: string, turnId: string | null): Talk {
  return inItsThread(talk, messageId, (chat) => ({
    ...chat,
    turn: chat.turn === null ? null : { id: chat.turn.id ?? turnId },
    items: chat.items.map((item) =>
      item.kind === 'user' && item.id === messageId ? { ...item, state: 'sent' } : item,
    ),
  }));
}

/** The text goes back to where it was typed, unless something else stands there already. */
function refused(talk: Talk, messageId: string, why: string): Talk {
  let text = '';
  const next = inItsThread(talk, messageId, (chat) => {
    text = chat.items.flatMap((item) => (item.kind === 'user' && item.id === messageId ? [item.text] : [])).join('');
    return addNote({ ...chat, turn: null, items: chat.items.filter(({ id }) => id !== messageId) }, 'bad', why);
  });
  return { ...next, draft: joinTexts([text, talk.draft]) };
}

function began(talk: Talk, threadId: string): Talk {
  const chats = new Map(talk.chats);
  const chat = chats.get(null);
  chats.delete(null);
  if (chat !== undefined) chats.set(threadId, chat);
  return { ...talk, chats, threadId: talk.threadId ?? threadId };
}

/** Where the agent was in the middle of a turn, what it has said of it meanwhile is newer than its history. */
function loaded(talk: Talk, threadId: string, turns: readonly unknown[]): Talk {
  const next = withChat(talk, threadId, (before) => {
    const chat = history(turns);
    const heard = talk.phase === 'starting' && chat.turn !== null ? before.items.filter(isAgents) : [];
    return heard.reduce(putItem, chat);
  });
  return { ...next, threadId, showing: 'chat' };
}

const isAgents = ({ kind }: ChatItem) => kind !== 'user' && kind !== 'note';

function history(turns: readonly unknown[]): Chat {
  let chat = EMPTY_CHAT;
  for (const turn of turns) {
    for (const raw of listOf<Turn>(turn, 'items')) {
      const item = readItem(raw, true);
      if (item !== null) chat = putItem(chat, item);
    }
    if (textOf<Turn>(turn, 'status') === 'inProgress') chat = { ...chat, turn: { id: textOf<Turn>(turn, 'id') } };
  }
  return chat;
}

/** The agent does not know the thread that is shown: what was said stays to be read, and the next message begins a new one. */
function lost(talk: Talk, why: string): Talk {
  const before = chatOf(talk);
  const chat = before.items.length === 0 ? before : addNote(before, 'quiet', why);
  const chats = new Map(talk.chats);
  chats.delete(talk.threadId);
  chats.set(null, { ...chat, turn: null });
  return { ...talk, chats, threadId: null };
}

function notified(talk: Talk, method: string, params: unknown): Talk {
  if (method === 'thread/started') {
    const thread = readThread(member<ThreadStartedNotification>(params, 'thread'));
    if (thread === null) return talk;
    return { ...talk, threads: [thread, ...talk.threads.filter(({ id }) => id !== thread.id)] };
  }
  if (method === 'serverRequest/resolved') {
    const key = JSON.stringify(member<ServerRequestResolvedNotification>(params, 'requestId'));
    return { ...talk, approvals: talk.approvals.filter((approval) => approval.key !== key) };
  }
  const threadId = textOf(params, 'threadId');
  return threadId === null ? talk : withChat(talk, threadId, (chat) => applyNotification(chat, method, params));
}

/** The stream is over. What the agent never confirmed is kept as a draft: whether it arrived, nobody can say. */
function ended(talk: Talk, why: string): Talk {
  const chats = new Map(
    [...talk.chats].map(([id, chat]): [string | null, Chat] => [
      id,
      {
        ...chat,
        turn: null,
        items: chat.items.filter((item) => !(item.kind === 'user' && item.state === 'sending')).map(settle),
      },
    ]),
  );
  const calls = new Map([...talk.calls].filter(([, call]) => call !== 'running'));
  return { ...talk, phase: 'ended', end: why, approvals: [], chats, calls, draft: unsentText(talk) };
}

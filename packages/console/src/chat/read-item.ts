import type { FileUpdateChange } from '../codex-protocol/v2/FileUpdateChange.ts';
import type { ThreadItem } from '../codex-protocol/v2/ThreadItem.ts';
import type { UserInput } from '../codex-protocol/v2/UserInput.ts';
import { isObject, listOf, member, numberOf, textOf } from '../read.ts';
import { segmentsOf } from '../text/segments.ts';
import type { ChatItem, FileChange, Progress } from './chat.ts';
import { appendOutput, NO_OUTPUT } from './output.ts';

type ItemType = ThreadItem['type'];
type ItemOf<Type extends ItemType> = Extract<ThreadItem, { type: Type }>;

/** An item of codex app-server's protocol, as it is shown; null for what is no item. One of an unknown type is shown by its name. */
export function readItem(raw: unknown, done: boolean): ChatItem | null {
  const id = textOf(raw, 'id');
  const type = textOf(raw, 'type');
  if (id === null || type === null) return null;
  switch (type as ItemType) {
    // one that a newer agent has goes by `default`
    case 'userMessage':
      return { kind: 'user', id, text: inputText(listOf<ItemOf<'userMessage'>>(raw, 'content')), state: 'sent' };
    case 'agentMessage':
    case 'plan':
      return { kind: 'agent', id, text: segmentsOf(textOf<ItemOf<'agentMessage' | 'plan'>>(raw, 'text') ?? ''), done };
    case 'reasoning':
      return { kind: 'thinking', id, text: segmentsOf(thoughts(raw)), done };
    case 'commandExecution':
      return {
        kind: 'command',
        id,
        command: textOf<ItemOf<'commandExecution'>>(raw, 'command') ?? '',
        cwd: textOf<ItemOf<'commandExecution'>>(raw, 'cwd') ?? '',
        progress: progressOf(raw, done),
        output: appendOutput(NO_OUTPUT, textOf<ItemOf<'commandExecution'>>(raw, 'aggregatedOutput') ?? ''),
        exitCode: numberOf<ItemOf<'commandExecution'>>(raw, 'exitCode'),
        durationMs: numberOf<ItemOf<'commandExecution'>>(raw, 'durationMs'),
      };
    case 'fileChange':
      return {
        kind: 'files',
        id,
        progress: progressOf(raw, done),
        changes: readChanges(listOf<ItemOf<'fileChange'>>(raw, 'changes')),
      };
    case 'mcpToolCall':
    case 'dynamicToolCall':
      return { kind: 'tool', id, name: toolName(raw), progress: progressOf(raw, done), detail: toolDetail(raw) };
    case 'webSearch':
      return {
        kind: 'tool',
        id,
        name: 'Web search',
        progress: progressOf(raw, done),
        detail: textOf<ItemOf<'webSearch'>>(raw, 'query') ?? '',
      };
    default:
      return { kind: 'tool', id, name: words(type), progress: progressOf(raw, done), detail: '' };
  }
}

/** What a user sent, as text; what is no text is named. */
export function inputText(content: readonly unknown[]): string {
  return content
    .map(
      (part) =>
        textOf<UserInput>(part, 'text') ??
        (isObject(part) ? `[${textOf<UserInput>(part, 'type') ?? 'attachment'}]` : ''),
    )
    .filter((text) => text !== '')
    .join('\n');
}

export function readChanges(changes: readonly unknown[]): FileChange[] {
  return changes.filter(isObject).map((change) => {
    const kind = member<FileUpdateChange>(change, 'kind');
    const type = textOf<FileUpdateChange['kind']>(kind, 'type');
    return {
      path: textOf<FileUpdateChange>(change, 'path') ?? '(no name)',
      kind: type === 'add' || type === 'delete' ? type : 'update',
      movedTo: textOf<FileUpdateChange['kind']>(kind, 'move_path'),
      diff: textOf<FileUpdateChange>(change, 'diff') ?? '',
    };
  });
}

function progressOf(raw: unknown, done: boolean): Progress {
  const status = textOf<ThreadItem>(raw, 'status');
  if (status === 'completed' || status === 'failed' || status === 'declined') return status;
  return done ? 'completed' : 'running';
}

const isText = (value: unknown): value is string => typeof value === 'string';

function thoughts(raw: unknown): string {
  const summary = listOf<ItemOf<'reasoning'>>(raw, 'summary').filter(isText);
  return (summary.length > 0 ? summary : listOf<ItemOf<'reasoning'>>(raw, 'content').filter(isText)).join('\n\n');
}

type ToolCall = ItemOf<'mcpToolCall' | 'dynamicToolCall'>;

function toolName(raw: unknown): string {
  return [textOf<ToolCall>(raw, 'server') ?? textOf<ToolCall>(raw, 'namespace'), textOf<ToolCall>(raw, 'tool')]
    .filter(isText)
    .join(' · ');
}

const MOST_DETAIL = 20_000;

function toolDetail(raw: unknown): string {
  const result =
    member<ToolCall>(raw, 'result') ?? member<ToolCall>(raw, 'contentItems') ?? member<ToolCall>(raw, 'error');
  const parts = [member<ToolCall>(raw, 'arguments'), result].filter((part) => part !== undefined && part !== null);
  return parts
    .map((part) => JSON.stringify(part, null, 2))
    .join('\n\n')
    .slice(0, MOST_DETAIL);
}

/** `enteredReviewMode` as "Entered review mode". */
function words(type: string): string {
  const spaced = type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

import { isObject, listOf, member, numberOf, textOf } from '../read.ts';
import { segmentsOf } from '../text/segments.ts';
import type { ChatItem, FileChange, Progress } from './chat.ts';
import { appendOutput, NO_OUTPUT } from './output.ts';

/** An item of codex app-server's protocol, as it is shown; null for what is no item. One of an unknown type is shown by its name. */
export function readItem(raw: unknown, done: boolean): ChatItem | null {
  const id = textOf(raw, 'id');
  const type = textOf(raw, 'type');
  if (id === null || type === null) return null;
  switch (type) {
    case 'userMessage':
      return { kind: 'user', id, text: inputText(listOf(raw, 'content')), state: 'sent' };
    case 'agentMessage':
      return { kind: 'agent', id, text: segmentsOf(textOf(raw, 'text') ?? ''), done };
    case 'plan':
      return { kind: 'agent', id, text: segmentsOf(textOf(raw, 'text') ?? ''), done };
    case 'reasoning':
      return { kind: 'thinking', id, text: segmentsOf(thoughts(raw)), done };
    case 'commandExecution':
      return {
        kind: 'command',
        id,
        command: textOf(raw, 'command') ?? '',
        cwd: textOf(raw, 'cwd') ?? '',
        progress: progressOf(raw, done),
        output: appendOutput(NO_OUTPUT, textOf(raw, 'aggregatedOutput') ?? ''),
        exitCode: numberOf(raw, 'exitCode'),
        durationMs: numberOf(raw, 'durationMs'),
      };
    case 'fileChange':
      return { kind: 'files', id, progress: progressOf(raw, done), changes: readChanges(listOf(raw, 'changes')) };
    case 'mcpToolCall':
    case 'dynamicToolCall':
      return { kind: 'tool', id, name: toolName(raw), progress: progressOf(raw, done), detail: toolDetail(raw) };
    case 'webSearch':
      return {
        kind: 'tool',
        id,
        name: 'Web search',
        progress: progressOf(raw, done),
        detail: textOf(raw, 'query') ?? '',
      };
    default:
      return { kind: 'tool', id, name: words(type), progress: progressOf(raw, done), detail: '' };
  }
}

/** What a user sent, as text; what is no text is named. */
export function inputText(content: readonly unknown[]): string {
  return content
    .map((part) => textOf(part, 'text') ?? (isObject(part) ? `[${textOf(part, 'type') ?? 'attachment'}]` : ''))
    .filter((text) => text !== '')
    .join('\n');
}

export function readChanges(changes: readonly unknown[]): FileChange[] {
  return changes.filter(isObject).map((change) => {
    const kind = member(change, 'kind');
    const type = textOf(kind, 'type');
    return {
      path: textOf(change, 'path') ?? '(no name)',
      kind: type === 'add' || type === 'delete' ? type : 'update',
      movedTo: textOf(kind, 'move_path'),
      diff: textOf(change, 'diff') ?? '',
    };
  });
}

function progressOf(raw: unknown, done: boolean): Progress {
  const status = textOf(raw, 'status');
  if (status === 'completed' || status === 'failed' || status === 'declined') return status;
  return done ? 'completed' : 'running';
}

const isText = (value: unknown): value is string => typeof value === 'string';

function thoughts(raw: unknown): string {
  const summary = listOf(raw, 'summary').filter(isText);
  return (summary.length > 0 ? summary : listOf(raw, 'content').filter(isText)).join('\n\n');
}

function toolName(raw: unknown): string {
  return [textOf(raw, 'server') ?? textOf(raw, 'namespace'), textOf(raw, 'tool')].filter(isText).join(' · ');
}

const MOST_DETAIL = 20_000;

function toolDetail(raw: unknown): string {
  const result = member(raw, 'result') ?? member(raw, 'contentItems') ?? member(raw, 'error');
  const parts = [member(raw, 'arguments'), result].filter((part) => part !== undefined && part !== null);
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

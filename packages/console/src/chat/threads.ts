import type { Thread } from '../codex-protocol/v2/Thread.ts';
import type { ThreadListResponse } from '../codex-protocol/v2/ThreadListResponse.ts';
import { listOf, numberOf, textOf } from '../read.ts';

export interface ThreadSummary {
  readonly id: string;
  readonly title: string;
  /** Ms since the epoch. */
  readonly updatedAt: number | null;
}

/** What `thread/list` answers, newest first, as the agent sorts it. */
export function readThreads(answer: unknown): ThreadSummary[] {
  return listOf<ThreadListResponse>(answer, 'data').flatMap((thread) => {
    const summary = readThread(thread);
    return summary === null ? [] : [summary];
  });
}

export function readThread(thread: unknown): ThreadSummary | null {
  const id = textOf<Thread>(thread, 'id');
  if (id === null) return null;
  const seconds = numberOf<Thread>(thread, 'updatedAt');
  const title = (textOf<Thread>(thread, 'name') ?? textOf<Thread>(thread, 'preview') ?? '').replace(/\s+/g, ' ').trim();
  return {
    id,
    title: title === '' ? 'New conversation' : title.slice(0, 160),
    updatedAt: seconds === null ? null : seconds * 1000,
  };
}

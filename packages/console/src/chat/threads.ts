import { listOf, numberOf, textOf } from '../read.ts';

export interface ThreadSummary {
  readonly id: string;
  readonly title: string;
  /** Ms since the epoch. */
  readonly updatedAt: number | null;
}

/** What `thread/list` answers, newest first, as the agent sorts it. */
export function readThreads(answer: unknown): ThreadSummary[] {
  return listOf(answer, 'data').flatMap((thread) => {
    const summary = readThread(thread);
    return summary === null ? [] : [summary];
  });
}

export function readThread(thread: unknown): ThreadSummary | null {
  const id = textOf(thread, 'id');
  if (id === null) return null;
  const seconds = numberOf(thread, 'updatedAt');
  const title = (textOf(thread, 'name') ?? textOf(thread, 'preview') ?? '').replace(/\s+/g, ' ').trim();
  return {
    id,
    title: title === '' ? 'New conversation' : title.slice(0, 160),
    updatedAt: seconds === null ? null : seconds * 1000,
  };
}

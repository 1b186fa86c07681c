/** What a hint may say at most, in seconds: who is told more does not believe it. */
const MOST_SECONDS = 3_600;

/** A websocket's close reason that says when to come back, as `Retry-After` does on an answer (docs/protocol.md §8). */
export function closeReasonWithHint(words: string, retryAfterMs: number): string {
  return `${words}; retry-after=${Math.min(MOST_SECONDS, Math.max(0, Math.ceil(retryAfterMs / 1000)))}`;
}

/** Milliseconds to stay away at least; null where the reason asks for nothing. */
export function closeHintOf(reason: string): number | null {
  const seconds = Number(/; retry-after=(\d{1,4})$/.exec(reason)?.[1] ?? Number.NaN);
  return seconds <= MOST_SECONDS ? seconds * 1000 : null;
}

/** The messages of a session as they went over the wire, the newest of them, for whoever wants to see or write them by hand. */
export interface WireLog {
  readonly entries: readonly WireEntry[];
  /** Messages that are not kept any more. */
  readonly dropped: number;
}

export interface WireEntry {
  readonly number: number;
  readonly direction: 'sent' | 'received';
  readonly text: string;
}

export const EMPTY_LOG: WireLog = { entries: [], dropped: 0 };
const MOST_ENTRIES = 200;
const MOST_TEXT = 4_000;

export function logMessage({ entries, dropped }: WireLog, direction: WireEntry['direction'], message: string): WireLog {
  const number = dropped + entries.length + 1;
  const rest = message.length - MOST_TEXT;
  const text = rest > 0 ? `${message.slice(0, MOST_TEXT)}… (${rest} more characters)` : message;
  const all = [...entries, { number, direction, text }];
  const over = Math.max(0, all.length - MOST_ENTRIES);
  return { entries: all.slice(over), dropped: dropped + over };
}

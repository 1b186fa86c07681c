import type { RpcId } from '@holdfast/wire';

const ID = String.raw`("(?:[^"\\]|\\.)*"|-?\d+)`;
const VERSION = String.raw`"jsonrpc"\s*:\s*"2\.0"`;
const OUTCOME = String.raw`"(?:result|error)"\s*:`;

const ID_FIRST = new RegExp(
  String.raw`^\s*\{\s*(?:${VERSION}\s*,\s*)?"id"\s*:\s*${ID}\s*,\s*(?:${VERSION}\s*,\s*)?${OUTCOME}`,
);
const OUTCOME_FIRST = new RegExp(String.raw`^\s*\{\s*(?:${VERSION}\s*,\s*)?${OUTCOME}`);
const ID_LAST = new RegExp(String.raw`,\s*"id"\s*:\s*${ID}\s*(?:,\s*${VERSION}\s*)?\}\s*$`);

/**
 * Whose reply a message was that was too long to be kept, by its two ends: agents write the id before the result or after it. Null when
 * it was no reply, or does not say.
 */
export function replyIdOf(head: string, tail: string): RpcId | null {
  const id = ID_FIRST.exec(head)?.[1] ?? (OUTCOME_FIRST.test(head) ? ID_LAST.exec(tail)?.[1] : undefined);
  if (id === undefined) return null;
  try {
    const value: unknown = JSON.parse(id);
    return typeof value === 'string' || typeof value === 'number' ? value : null;
  } catch {
    return null; // an escape that is none
  }
}

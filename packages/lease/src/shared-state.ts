import { checkDeadline, isCount, isTime } from './deadline-record.ts';
import type { SharedDeadline } from './shared-deadline.ts';

/** The text of a store never gets longer, in characters. */
export const MAX_TEXT = 65_536;

/** Rises when older programs could not read what newer ones write. */
const FORMAT = 1;

/** Who may ask the authority, by the store's clock. */
export interface SharedLock {
  readonly owner: string;
  readonly startedAt: number;
  readonly until: number;
}

/** A token, encrypted. */
export interface SharedToken {
  readonly generation: number;
  readonly ciphertext: string;
  /** When it expires by the server's wall clock, for people who look into the store. */
  readonly expiresAt: number;
}

/** What leases share. */
export interface SharedState {
  /** Of the newest token that any of them got. */
  readonly generation: number;
  readonly deadline: SharedDeadline | null;
  /** A refresh that must not be repeated may have been carried out. */
  readonly ambiguous: boolean;
  readonly lock: SharedLock | null;
  readonly token: SharedToken | null;
}

export const emptyState: SharedState = { generation: 0, deadline: null, ambiguous: false, lock: null, token: null };

export function formatState(state: SharedState): string {
  return JSON.stringify({ format: FORMAT, ...state });
}

/** @throws Error if the text is not what a lease writes */
export function parseState(text: string | null): SharedState {
  if (text === null) return emptyState;
  if (text.length > MAX_TEXT) throw new Error(`the shared record is longer than ${MAX_TEXT} characters`);
  const record = fields(parseJson(text));
  if (record['format'] !== FORMAT) throw new Error('the shared record has a format that this program does not know');
  if (!isCount(record['generation'])) throw new Error('the shared record names no generation');
  return {
    generation: record['generation'],
    deadline: parseDeadline(record['deadline']),
    ambiguous: record['ambiguous'] === true,
    lock: parseLock(record['lock']),
    token: parseToken(record['token']),
  };
}

/** The longest that a lock is believed, in ms, whatever it says: no request may take longer. */
const MAX_LOCK_MS = 660_000;

/** How long a lock still holds, in ms; zero or less once it has ended. One that was set later than now is from before a reboot. */
export function lockLeft({ startedAt, until }: SharedLock, storeNow: number): number {
  return startedAt > storeNow ? 0 : Math.min(until, startedAt + MAX_LOCK_MS) - storeNow;
}

function parseDeadline(value: unknown): SharedDeadline | null {
  if (value === null || value === undefined) return null;
  // Checked right here, field by field.
  const stored = fields(value) as Record<keyof SharedDeadline, unknown> as SharedDeadline;
  return { ...checkDeadline(stored), until: isTime(stored.until) ? stored.until : null };
}

function parseLock(value: unknown): SharedLock | null {
  if (value === null || value === undefined) return null;
  const { owner, startedAt, until } = fields(value);
  if (typeof owner !== 'string' || !isTime(startedAt) || !isTime(until)) {
    throw new Error('the shared lock names no owner or no moment');
  }
  return { owner, startedAt, until };
}

function parseToken(value: unknown): SharedToken | null {
  if (value === null || value === undefined) return null;
  const { generation, ciphertext, expiresAt } = fields(value);
  if (!isCount(generation) || typeof ciphertext !== 'string' || !isTime(expiresAt)) {
    throw new Error('the shared token is incomplete');
  }
  return { generation, ciphertext, expiresAt };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new Error('the shared record is not JSON');
  }
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('the shared record is not an object');
  return { ...value };
}

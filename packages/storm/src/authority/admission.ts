import type { Endpoint } from './answer.ts';

/** In seconds; null: the answer names no moment. */
export interface Refusal {
  readonly retryAfter: number | null;
}

/** Who may wait for work at the authority. */
export interface Admission {
  /** Null: it may. A refusal is a 503. */
  enter(endpoint: Endpoint, host: number): Refusal | null;
  /** Its turn has come, after so long. Null: it may go on. */
  begin(endpoint: Endpoint, host: number, waitedMs: number): Refusal | null;
  /** One that entered is done, or has gone. */
  leave(endpoint: Endpoint): void;
}

/** What an admission sees of the work. */
export interface Backlog {
  /** How long the next one will wait, in milliseconds. */
  readonly delayMs: number;
}

/** Takes everything. */
export const takeAll: Admission = { enter: () => null, begin: () => null, leave: () => {} };

/** Refuses what would wait longer than so many seconds, and names no moment. */
export function rejectBeyond(seconds: number, backlog: Backlog): Admission {
  return {
    enter: () => (backlog.delayMs > seconds * 1000 ? { retryAfter: null } : null),
    begin: () => null,
    leave: () => {},
  };
}

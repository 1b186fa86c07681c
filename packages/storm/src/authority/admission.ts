import type { Endpoint } from './answer.ts';

export interface Refusal {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
}

/** Who may wait for work at the authority. */
export interface Admission {
  /** Null: it may. @param waiting how many wait already */
  enter(endpoint: Endpoint, waiting: number): Refusal | null;
  /** One that entered is done. */
  leave(): void;
}

/** Takes everything. */
export const takeAll: Admission = { enter: () => null, leave: () => {} };

/** Refuses what would wait behind more than `limit`, and names no moment. */
export function rejectBeyond(limit: number): Admission {
  return {
    enter: (_endpoint, waiting) => (waiting >= limit ? { status: 503, retryAfterSeconds: null } : null),
    leave: () => {},
  };
}

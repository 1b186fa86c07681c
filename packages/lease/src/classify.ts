import type { FailureKind } from './outcome.ts';

/** What a response's status alone says. `undecided`: a 404, which may come from a gateway. */
export type StatusVerdict = 'success' | FailureKind | 'undecided';

const TRANSIENT: readonly number[] = [408, 425, 429];
const UNAUTHORIZED: readonly number[] = [401, 403];

/** Status 0 is what a browser shows of a redirect that it was told not to follow. */
export function classifyStatus(status: number): StatusVerdict {
  if (status >= 200 && status < 300) return 'success';
  if (status >= 500 || TRANSIENT.includes(status)) return 'transient';
  if (UNAUTHORIZED.includes(status)) return 'unauthorized';
  return status === 404 ? 'undecided' : 'invalid';
}

/**
 * Who said 404: the authority answers with JSON, or nothing at all, and means it. Anything else is the page of a gateway
 * that does not find the authority, and says nothing about the client.
 */
export function classifyNotFound(contentType: string | null, body: string): 'gone' | 'invalid' {
  if (contentType !== null && /html/i.test(contentType)) return 'invalid';
  if (body.trim() === '') return 'gone';
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? 'gone' : 'invalid';
  } catch {
    return 'invalid';
  }
}

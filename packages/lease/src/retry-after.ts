import { parseHttpDate } from './http-date.ts';

/**
 * What a `Retry-After` header asks for, as milliseconds from the moment the headers came.
 *
 * Takes both forms of RFC 9110 §10.2.3: digits, and an HTTP date. A date is measured against the response's own `Date`,
 * so that neither side's clock has to be right; without one, against the local clock.
 *
 * @param retryAfter the header's text, or null
 * @param date the text of the same response's `Date` header, or null
 * @param receivedAtWall the local wall clock, in ms, when the headers came
 * @returns a whole number greater than zero, or null: no header, zero, a moment in the past, garbage, more than a number holds
 */
export function parseRetryAfter(retryAfter: string | null, date: string | null, receivedAtWall: number): number | null {
  if (retryAfter === null) return null;
  const text = retryAfter.trim();
  const delay = /^\d+$/.test(text) ? Number(text) * 1000 : untilDate(text, date, receivedAtWall);
  return delay !== null && delay > 0 && Number.isSafeInteger(delay) ? delay : null;
}

function untilDate(text: string, date: string | null, receivedAtWall: number): number | null {
  const moment = parseHttpDate(text, receivedAtWall);
  return moment === null ? null : Math.ceil(moment - serverTime(date, receivedAtWall));
}

/** What the server's clock showed when it answered, in ms: its `Date` header; the local clock if that is missing or garbage. */
export function serverTime(date: string | null, receivedAtWall: number): number {
  return (date === null ? null : parseHttpDate(date.trim(), receivedAtWall)) ?? receivedAtWall;
}

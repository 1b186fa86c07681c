/** IMF-fixdate, the one form that RFC 9110 §5.6.7 lets a sender write. `Date.parse` alone takes far more, some of it in local time. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds since the epoch; null for anything but an HTTP date. */
export function parseHttpDate(text: string | null): number | null {
  if (text === null || !HTTP_DATE.test(text.trim())) return null;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : moment;
}

/**
 * What a `Retry-After` asks for, in ms from now; null for none, zero, the past or garbage.
 *
 * @param serverNow what the relay's own clock says: a date is measured against it
 */
export function parseRetryAfter(text: string | null, serverNow: number): number | null {
  if (text === null) return null;
  const seconds = /^\d{1,12}$/.test(text.trim()) ? Number(text) * 1000 : null;
  const ms = seconds ?? (parseHttpDate(text) ?? serverNow) - serverNow;
  return ms > 0 ? ms : null;
}

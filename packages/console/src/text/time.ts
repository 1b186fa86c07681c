const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "4 s", "3 min", "2 h", "5 days"; what is past counts as nothing. */
export function duration(ms: number): string {
  if (!(ms > 0)) return '0 s';
  if (ms < MINUTE_MS) return `${Math.max(1, Math.round(ms / 1000))} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  const days = Math.round(ms / DAY_MS);
  return days === 1 ? '1 day' : `${days} days`;
}

/** "just now", "3 min ago" */
export function ago(then: number, now: number): string {
  return now - then < 10_000 ? 'just now' : `${duration(now - then)} ago`;
}

/** "14:31", in the zone of whoever reads it. */
export function clockTime(moment: number): string {
  const date = new Date(moment);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}

/** "14:31:07" */
export function preciseTime(moment: number): string {
  return `${clockTime(moment)}:${String(new Date(moment).getSeconds()).padStart(2, '0')}`;
}

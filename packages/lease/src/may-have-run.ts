import type { RefreshFailure } from './outcome.ts';

/** How Node and its fetch name failures before a request was sent. Other platforms do not tell: there, every failure may be late. */
const NEVER_SENT: readonly unknown[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** What a gateway says that does not know what became of the request. */
const GATEWAY: readonly number[] = [502, 504];

/** Whether the authority may have carried out a refresh that failed, so that repeating it would be a second one. */
export function mayHaveRun({ kind, answer, cause }: RefreshFailure): boolean {
  if (kind === 'unauthorized' || kind === 'gone') return false;
  const status = answer?.status ?? null;
  if (status !== null) return (status >= 200 && status < 300) || GATEWAY.includes(status);
  // Without an answer, `invalid` is a refresh function's own verdict, reached before it asked.
  return kind === 'transient' && !wasNeverSent(cause);
}

function wasNeverSent(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if ('code' in cause && NEVER_SENT.includes(cause.code)) return true;
  return wasNeverSent(cause.cause);
}

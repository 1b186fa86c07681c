import type { Drill, DrillEndpoint, DrillFault } from '@holdfast/wire';

/** What a relay does wrong, as whoever rehearses it chooses it. */
export const FAULTS: readonly { readonly fault: DrillFault; readonly words: string }[] = [
  { fault: '502', words: 'answers 502, like a gateway with nobody behind it' },
  { fault: '503', words: 'answers 503: overloaded' },
  { fault: '429', words: 'answers 429: too many requests' },
  { fault: '500', words: 'answers 500: it failed' },
  { fault: 'hang', words: 'takes requests and never answers' },
  { fault: 'stall', words: 'begins an answer and does not end it' },
  { fault: 'malformed', words: 'answers with nonsense' },
  { fault: 'refuse-tokens', words: 'refuses every token' },
  { fault: 'cut-links', words: 'cuts connections' },
];

export const ENDPOINTS: readonly { readonly endpoint: DrillEndpoint; readonly words: string }[] = [
  { endpoint: 'refresh', words: 'renewing tokens' },
  { endpoint: 'handshake', words: 'connecting' },
  { endpoint: 'link', words: 'what is connected' },
  { endpoint: 'pair', words: 'pairing' },
  { endpoint: 'enroll', words: 'enrolling' },
];

/** In seconds. */
export const DURATIONS = [30, 60, 120, 300] as const;
export const RETRY_AFTERS = [10, 30, 60] as const;

/** Whether an answer with this fault can say when to come back. */
export const hasRetryAfter = (fault: DrillFault): boolean => /^\d{3}$/.test(fault);

/** Where a fault is at home, so that it is not chosen where it means nothing. */
export const usualEndpoint = (fault: DrillFault): DrillEndpoint | null =>
  fault === 'cut-links' ? 'link' : fault === 'refuse-tokens' ? null : 'refresh';

/** "The relay answers 502 …, for renewing tokens." */
export function tellDrill({ fault, endpoints, share }: Pick<Drill, 'fault' | 'endpoints' | 'share'>): string {
  const what = FAULTS.find((each) => each.fault === fault)?.words ?? fault;
  const where = ENDPOINTS.filter(({ endpoint }) => endpoints.includes(endpoint)).map(({ words }) => words);
  const often = share < 1 ? ` to ${Math.round(share * 100)} % of calls` : '';
  return `The relay ${what}${often}${where.length === 0 ? '' : ` (${where.join(', ')})`}.`;
}

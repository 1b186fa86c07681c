import type { LeaseHistoryEntry } from '@holdfast/wire';
import { clockTime, preciseTime } from '../text/time.ts';
import type { LeaseStatus } from './lease-view.ts';
import { momentOf } from './timeline.ts';

/** What a host's lease is doing, for whoever sees it for the first time. */
export interface Story {
  readonly tone: 'good' | 'holding' | 'bad';
  readonly headline: string;
  readonly detail: string;
}

/** A moment this near is told with its seconds, in ms. */
const NEAR_MS = 10 * 60_000;

export function tellLease(status: LeaseStatus, now: number): Story {
  const { lease, link } = status;
  const at = (moment: number) => momentText(moment, now);
  const expiresAt = momentOf(lease.expiresAt);
  const valid = expiresAt !== null && expiresAt > now ? expiresAt : null;
  const retryAt = momentOf(lease.retryAt);
  const asksAgain = retryAt !== null && retryAt > now ? `asks again at ${at(retryAt)}` : 'asks again now';
  if (status.status === 'disabled') return { tone: 'bad', headline: 'Switched off.', detail: status.reason };
  const failing = lease.state === 'deferred' || lease.reason !== null;
  if (valid !== null && failing) {
    const headline = link.state === 'connected' ? 'Holding on.' : 'Holding on, but not connected.';
    const why = failureWords(status);
    return { tone: 'holding', headline, detail: `${why} It ${asksAgain}; its token is good until ${at(valid)}.` };
  }
  if (valid === null && failing && link.state === 'connected') {
    return {
      tone: 'holding',
      headline: 'Still connected.',
      detail: `${failureWords(status)} The token has run out, so the connection must not be lost now. It ${asksAgain}, and sends nothing before.`,
    };
  }
  if (valid === null && failing) {
    return {
      tone: 'bad',
      headline: 'No token.',
      detail: `${failureWords(status)} It ${asksAgain}, and sends nothing before.`,
    };
  }
  if (link.state !== 'connected') return { tone: 'bad', headline: 'Not connected.', detail: status.reason };
  if (valid === null) return { tone: 'bad', headline: 'Getting a token.', detail: status.reason };
  return { tone: 'good', headline: 'All is well.', detail: `Connected; its token is good until ${at(valid)}.` };
}

/** "The relay answered 502." */
function failureWords({ lease }: LeaseStatus): string {
  const status = lease.lastAnswer?.status ?? null;
  if (status !== null && status >= 400) return `The relay answered ${status} to the last request for a token.`;
  if (status !== null) return `The relay's answer to the last request for a token was of no use.`;
  return lease.reason === null
    ? 'The relay gives no token.'
    : `The relay gives no token: ${lease.reason.replace(/\.$/, '')}.`;
}

/** "14:31", or "14:31:07" where seconds count. */
export const momentText = (moment: number, now: number): string =>
  Math.abs(moment - now) < NEAR_MS ? preciseTime(moment) : clockTime(moment);

/** One entry of the history in words; null for what says nothing to a person. */
export function tellEvent({ type, message, status, expiresAt, retryAt }: LeaseHistoryEntry): string | null {
  const until = (text: string | undefined) => {
    const moment = momentOf(text);
    return moment === null ? '' : preciseTime(moment);
  };
  const because = message === undefined ? '' : `: ${message}`;
  switch (type) {
    case 'refresh-started':
      return 'asked the relay for a token';
    case 'refreshed':
      return `got a token, good until ${until(expiresAt)}`;
    case 'refresh-failed':
      return `no token${status === undefined ? '' : ` (${status})`}${because}`;
    case 'deadline-set':
      return `asks nothing until ${until(retryAt)}`;
    case 'deadline-cleared':
      return 'may ask again';
    case 'token-cleared':
      return `the token is gone${because}`;
    case 'latched':
      return `stopped asking${because}`;
    case 'unlatched':
      return 'asks again: the credentials are new';
    case 'link-connected':
      return 'connected';
    case 'link-lost':
      return `lost the connection${because}`;
    case 'store-failed':
      return `its database failed${because}`;
    default:
      return null;
  }
}

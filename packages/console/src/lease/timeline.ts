import type { LeaseHistoryEntry } from '@holdfast/wire';
import type { LeaseStatus } from './lease-view.ts';

/** All moments are ms since the epoch, by the host's clock. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface TokenLife extends Stretch {
  /** From here on it may be renewed. */
  readonly windowFrom: number;
  readonly expiresAt: number;
}

/** A request to the relay for a token. */
export interface Ask {
  readonly at: number;
  /** Null while there is no answer. */
  readonly answeredAt: number | null;
  readonly ok: boolean;
  /** The HTTP status; null where there was none. */
  readonly status: number | null;
}

/** What the timeline shows, lane by lane, in the order of time. */
export interface Timeline {
  readonly links: readonly Stretch[];
  readonly tokens: readonly TokenLife[];
  readonly asks: readonly Ask[];
  /** When nothing may be asked. */
  readonly pauses: readonly Stretch[];
}

const MOST_WINDOW_MS = 5 * 60_000;

export function readTimeline(events: readonly LeaseHistoryEntry[], status: LeaseStatus | null, now: number): Timeline {
  return {
    links: readLinks(events, status, now),
    tokens: readTokens(events, status, now),
    asks: readAsks(events),
    pauses: readPauses(events, status, now),
  };
}

function readLinks(events: readonly LeaseHistoryEntry[], status: LeaseStatus | null, now: number): Stretch[] {
  const links: Stretch[] = [];
  let since: number | null = null;
  let known = false;
  for (const { at, type } of events) {
    if (type === 'link-connected') since = Date.parse(at);
    if (type === 'link-lost') {
      links.push({ from: since ?? Number.NEGATIVE_INFINITY, to: Date.parse(at) });
      since = null;
    }
    known ||= type === 'link-connected' || type === 'link-lost';
  }
  // it may have been connected for longer than its history goes back
  if (!known && status?.link.state === 'connected') since = Date.parse(status.link.since);
  return since === null ? links : [...links, { from: since, to: now }];
}

function readTokens(events: readonly LeaseHistoryEntry[], status: LeaseStatus | null, now: number): TokenLife[] {
  const tokens: TokenLife[] = [];
  const endLast = (at: number) => {
    const last = tokens.at(-1);
    if (last !== undefined && last.to > at) tokens[tokens.length - 1] = { ...last, to: at };
  };
  for (const { at, type, expiresAt } of events) {
    const moment = Date.parse(at);
    if (type === 'token-cleared' || type === 'refreshed') endLast(moment);
    if (type === 'refreshed' && expiresAt !== undefined) tokens.push(tokenLife(moment, Date.parse(expiresAt)));
  }
  const expiresAt = momentOf(status?.lease.expiresAt);
  // one from before the history
  if (tokens.length === 0 && expiresAt !== null) tokens.push(tokenLife(Math.min(now, expiresAt), expiresAt));
  return tokens;
}

function tokenLife(from: number, expiresAt: number): TokenLife {
  const windowMs = Math.min(MOST_WINDOW_MS, (expiresAt - from) / 3);
  return { from, to: expiresAt, windowFrom: expiresAt - windowMs, expiresAt };
}

function readAsks(events: readonly LeaseHistoryEntry[]): Ask[] {
  const asks: Ask[] = [];
  const answer = (at: string, ok: boolean, status: number | undefined) => {
    const last = asks.at(-1);
    if (last === undefined || last.answeredAt !== null) return; // its beginning is before the history, or it is a sibling's
    asks[asks.length - 1] = { ...last, answeredAt: Date.parse(at), ok, status: status ?? null };
  };
  for (const { at, type, status } of events) {
    if (type === 'refresh-started') asks.push({ at: Date.parse(at), answeredAt: null, ok: false, status: null });
    if (type === 'refreshed' || type === 'refresh-failed') answer(at, type === 'refreshed', status);
  }
  return asks;
}

function readPauses(events: readonly LeaseHistoryEntry[], status: LeaseStatus | null, now: number): Stretch[] {
  const pauses: Stretch[] = [];
  const endLast = (at: number) => {
    const last = pauses.at(-1);
    if (last !== undefined && last.to > at) pauses[pauses.length - 1] = { ...last, to: at };
  };
  for (const { at, type, retryAt } of events) {
    if (type === 'deadline-set' || type === 'deadline-cleared') endLast(Date.parse(at));
    if (type === 'deadline-set' && retryAt !== undefined)
      pauses.push({ from: Date.parse(at), to: Date.parse(retryAt) });
  }
  const retryAt = momentOf(status?.lease.retryAt);
  const isKnown = pauses.some(({ to }) => to > now);
  return retryAt === null || retryAt <= now || isKnown ? pauses : [...pauses, { from: now, to: retryAt }];
}

export function momentOf(text: string | null | undefined): number | null {
  const moment = text == null ? Number.NaN : Date.parse(text);
  return Number.isNaN(moment) ? null : moment;
}

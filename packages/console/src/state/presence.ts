import { ago, clockTime, duration } from '../text/time.ts';
import type { Machine } from './state.ts';

/** A sighting is asked for every 15 s; one older than this is told with its age. */
const FRESH_MS = 60_000;

/** What is known of a machine, in words that claim no more than that. */
export function presence({ sighting, link }: Machine, now: number): string {
  const connected = link.state === 'connected';
  if (sighting === null) return connected ? 'Looking…' : 'Not reached yet';
  const { online, asOf } = sighting;
  const system = sighting.system === '' ? '' : ` · ${sighting.system}`;
  if (!connected) return `${online ? 'Was online' : 'Was offline'} ${ago(asOf, now)}${system}`;
  const age = now - asOf;
  const stale = age > FRESH_MS ? ` (as of ${duration(age)} ago)` : '';
  return `${online ? onlineWords(sighting.answeredAt, now) : offlineWords(sighting, now)}${stale}${system}`;
}

function onlineWords(answeredAt: number | null, now: number): string {
  return answeredAt === null ? 'Online' : `Online, answered ${ago(answeredAt, now)}`;
}

function offlineWords(sighting: { offlineSince: number | null; lastSeenAt: number | null }, now: number): string {
  const since = sighting.offlineSince;
  if (since !== null) return `Offline for ${duration(now - since)}, since ${clockTime(since)}`;
  return sighting.lastSeenAt === null ? 'Offline' : `Offline, last seen ${ago(sighting.lastSeenAt, now)}`;
}

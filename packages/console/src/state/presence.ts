import { ago, duration } from '../text/time.ts';
import type { Machine } from './state.ts';

/** A sighting is asked for every 15 s; one older than this is told with its age. */
const FRESH_MS = 60_000;

/** What is known of a machine, in words that claim no more than that. */
export function presence({ sighting, link }: Machine, now: number): string {
  const connected = link.state === 'connected';
  if (sighting === null) return connected ? 'Looking…' : 'Not reached yet';
  const age = now - sighting.asOf;
  const { online, lastSeenAt } = sighting;
  const system = sighting.system === '' ? '' : ` · ${sighting.system}`;
  if (!connected) return `${online ? 'Was online' : 'Was offline'} ${ago(sighting.asOf, now)}${system}`;
  const stale = age > FRESH_MS ? ` (as of ${duration(age)} ago)` : '';
  const seen = online || lastSeenAt === null ? '' : `, last seen ${ago(lastSeenAt, now)}`;
  return `${online ? 'Online' : 'Offline'}${seen}${stale}${system}`;
}

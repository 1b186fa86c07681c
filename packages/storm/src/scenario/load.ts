import type { Scenario } from './schema.ts';

/** Requests a second that a fleet makes in quiet times, when nobody asks more often than needed. */
export function steadyLoad({ token_life, fleet }: Scenario, hosts: number): number {
  const windowSeconds = Math.min(300, token_life / 3);
  const renewals = 1 / (token_life - windowSeconds / 2);
  const handshakes = fleet.link_life === 0 ? 0 : 1 / fleet.link_life;
  return hosts * (renewals + handshakes + fleet.pairings_per_hour / 3600);
}

/** When the last incident is over, in seconds from the start; null where there is nothing to recover from. */
export function endOfTrouble({ incidents, fleet }: Scenario): number | null {
  const ends = [...incidents.map(({ to }) => to), ...(fleet.asleep === undefined ? [] : [fleet.asleep.wake_to])];
  return ends.length === 0 ? null : Math.max(...ends);
}

/** When the first incident begins, likewise. */
export function startOfTrouble({ incidents, fleet }: Scenario): number | null {
  const starts = [
    ...incidents.map(({ from }) => from),
    ...(fleet.asleep === undefined ? [] : [fleet.asleep.wake_from]),
  ];
  return starts.length === 0 ? null : Math.min(...starts);
}

import type { ScenarioFault } from './parse.ts';
import type { Scenario } from './schema.ts';

/** Who sleeps needs so long to have a token that is good at first and expired later, in seconds. */
const LEAST_SLEEP = 60;

/** What contradicts itself in a scenario whose members are each in order. Empty: it can be run. */
export function impossible(scenario: Scenario): ScenarioFault[] {
  const { authority, fleet, incidents, duration, token_life: life } = scenario;
  const faults: ScenarioFault[] = [];
  const refuse = (path: ScenarioFault['path'], what: string): void => void faults.push({ path, what });
  if (authority.capacity < 1) {
    const what = `is ${authority.capacity}: an authority that can do less than its steady load never serves its fleet, whatever the hosts do`;
    refuse(['authority', 'capacity'], what);
  }
  if (fleet.enrolled_ago > 0 && fleet.enrolled === 'spread') {
    refuse(['fleet', 'enrolled_ago'], 'means nothing while "enrolled" is "spread": tokens then have all ages');
  }
  if (fleet.enrolled === 'together' && fleet.enrolled_ago + 60 >= life) {
    const what = `is ${fleet.enrolled_ago} s, but tokens live ${life} s: they would have expired before the start`;
    refuse(['fleet', 'enrolled_ago'], what);
  }
  for (const [index, { from, to }] of incidents.entries()) {
    if (to <= from) refuse(['incidents', index, 'to'], `is ${to}, which is not after its "from", ${from}`);
    else if (to > duration) refuse(['incidents', index, 'to'], `is ${to}, after the scenario's end at ${duration}`);
  }
  if (fleet.asleep !== undefined) {
    const { wake_from: from, wake_to: to } = fleet.asleep;
    if (to <= from) refuse(['fleet', 'asleep', 'wake_to'], `is ${to}, which is not after "wake_from", ${from}`);
    if (to > duration) refuse(['fleet', 'asleep', 'wake_to'], `is ${to}, after the scenario's end at ${duration}`);
    if (from < LEAST_SLEEP)
      refuse(['fleet', 'asleep', 'wake_from'], `is ${from}; a sleep is at least ${LEAST_SLEEP} s`);
  }
  return faults;
}

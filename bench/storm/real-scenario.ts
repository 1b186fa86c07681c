// What happens to the real fleet and to the simulated one: written once.
import { parseScenario, type Scenario } from '@holdfast/storm';
import type { DrillRequest } from '@holdfast/wire';

/** Short, so that all of it takes minutes. Times are in seconds. */
export const TOKEN_LIFE = 60;
/** Hosts enroll in this time, and the fleet then has tokens of all ages that a quiet one has. */
export const ENROLLING = TOKEN_LIFE - TOKEN_LIFE / 3;

/** Refresh is down twice, differently, and every link is cut while it is. */
export const scenario: Scenario = parseScenario(
  JSON.stringify({
    name: 'for-real',
    about:
      'Tokens live a minute. Refresh answers 502 for 40 s, then 503 with a Retry-After of 15 s for 30 s; in that time all links are cut.',
    duration: 170,
    token_life: TOKEN_LIFE,
    authority: { round_trip_ms: 4 },
    fleet: { link_life: 0, pairings_per_hour: 0 },
    incidents: [
      { fault: '502', from: 20, to: 60 },
      { fault: '503', retry_after: 15, from: 60, to: 90 },
      { fault: 'cut-links', from: 70, to: 70.1 },
    ],
  }),
  'for-real',
);

/** The end of the trouble. */
export const END = 90;

export interface PlannedDrill {
  /** Seconds from the start. */
  readonly from: number;
  readonly request: DrillRequest;
}

/** The same for a real relay. */
export function drillsOf({ incidents }: Scenario): PlannedDrill[] {
  return incidents.map((incident) => {
    const { fault, from, to } = incident;
    const duration_seconds = to - from;
    if (fault === 'cut-links') return { from, request: { fault, duration_seconds } };
    if (fault !== '502' && fault !== '503') throw new Error(`a real relay is not asked for "${fault}" here`);
    const { retry_after } = incident;
    return {
      from,
      request: {
        fault,
        endpoints: ['refresh'],
        duration_seconds,
        ...(typeof retry_after === 'number' ? { retry_after_seconds: retry_after } : {}),
      },
    };
  });
}

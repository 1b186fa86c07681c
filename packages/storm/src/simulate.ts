import { type Admission, type Backlog, rejectBeyond, takeAll } from './authority/admission.ts';
import { Authority } from './authority/authority.ts';
import { Incidents } from './authority/incidents.ts';
import { relayPressure } from './authority/pressure.ts';
import { SeededRandom } from './engine/random.ts';
import { Simulation } from './engine/simulation.ts';
import { Meter } from './figures/meter.ts';
import type { Search } from './figures/seekers.ts';
import { SET_UP_MS, setUpFleet } from './fleet/fleet.ts';
import type { Policy } from './policies/policy.ts';
import { endOfTrouble, steadyLoad } from './scenario/load.ts';
import type { Scenario } from './scenario/schema.ts';

export interface SimulateOptions {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly hosts: number;
  readonly seed: string;
  /** Stops early; what was computed so far is the result. */
  readonly signal?: AbortSignal | undefined;
  /** @param share of the simulated time, from 0 to 1 */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** What a run left to be evaluated. */
export interface Run {
  readonly meter: Meter;
  readonly events: number;
  /** Requests a second in quiet times, by the scenario. */
  readonly steadyLoad: number;
  /** Null until the trouble was over. */
  readonly search: Search | null;
  readonly isComplete: boolean;
}

/** One fleet with one policy through one scenario. The same options give the same run. */
export async function simulate(options: SimulateOptions): Promise<Run> {
  const { scenario, policy, hosts, signal, onProgress } = options;
  const durationMs = scenario.duration * 1000;
  const seeded = new SeededRandom(options.seed);
  const simulation = new Simulation(-SET_UP_MS);
  const meter = new Meter(simulation, hosts, durationMs);
  const load = steadyLoad(scenario, hosts);
  const capacity = load * scenario.authority.capacity;
  const admit = (backlog: Backlog): Admission => {
    const { overload, queue_seconds } = scenario.authority;
    if (overload === 'collapse') return takeAll;
    if (overload === 'reject') return rejectBeyond(queue_seconds, backlog);
    const spreads = policy.authority?.spreads ?? true;
    return relayPressure({ simulation, random: seeded.stream('admission'), spreads });
  };
  const authority = new Authority({
    simulation,
    plan: scenario.authority,
    capacity,
    tokenLifeMs: scenario.token_life * 1000,
    incidents: new Incidents(scenario.incidents, seeded.stream('incidents')),
    admission: admit,
    meter,
    random: seeded.stream('authority'),
  });
  setUpFleet({ simulation, authority, meter, scenario }, hosts, policy, seeded);
  let search: Search | null = null;
  const end = endOfTrouble(scenario);
  if (end !== null) {
    simulation.at(end * 1000, () => {
      search = meter.seekers.end(simulation.now);
    });
  }
  const isComplete = await simulation.run(durationMs, {
    signal,
    onProgress: onProgress && ((now) => onProgress(Math.max(0, now / durationMs))),
  });
  return { meter, events: simulation.events, steadyLoad: load, search, isComplete };
}

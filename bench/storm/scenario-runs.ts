import { policies, type Scenario, type StormResult, shippedScenarios, storm } from '@holdfast/storm';

export interface ScenarioRuns {
  readonly scenario: Scenario;
  /** Holdfast first. */
  readonly results: readonly StormResult[];
}

export const SEED = 'bench';

/** Every scenario that is shipped, with Holdfast and each peer. */
export async function runScenarios(hosts: number, say: (what: string) => void): Promise<ScenarioRuns[]> {
  const peers = policies.filter(({ name }) => !name.startsWith('holdfast-'));
  const runs: ScenarioRuns[] = [];
  for (const scenario of shippedScenarios()) {
    say(scenario.name);
    const results: StormResult[] = [];
    for (const policy of peers) results.push(await storm({ scenario, policy, hosts, seed: SEED }));
    runs.push({ scenario, results });
  }
  return runs;
}

export function resultOf(runs: readonly ScenarioRuns[], scenario: string, policy: string): StormResult {
  const found = runs.find((run) => run.scenario.name === scenario)?.results.find((result) => result.policy === policy);
  if (found === undefined) throw new Error(`there is no run of ${scenario} with ${policy}`);
  return found;
}

import { policies, type StormResult, shippedScenarios, storm } from '@holdfast/storm';
import { SEED } from './scenario-runs.ts';

/** One idea, where it should show, and by which figure. */
interface Idea {
  readonly ablation: string;
  readonly idea: string;
  readonly scenario: string;
  readonly figure: string;
  readonly of: (result: StormResult) => number | null;
}

export interface AblationRun extends Omit<Idea, 'of'> {
  /** Null: it did not happen in the time that was watched. */
  readonly withIt: number | null;
  readonly without: number | null;
}

const probes = ({ figures }: StormResult): number | null => figures.noticing?.probes ?? null;
const noticed = ({ figures }: StormResult): number | null => figures.noticing?.seconds ?? null;
const back = ({ figures }: StormResult): number | null => figures.recovery?.seconds ?? null;
const peak = ({ figures }: StormResult): number => figures.peakOverSteady;
const failed = ({ figures, hosts }: StormResult): number => figures.failed / hosts;
/** Seconds without a link, of each host, on average. */
const unlinked = ({ figures, seconds }: StormResult): number => (1 - figures.linked) * seconds;

const IDEAS: readonly Idea[] = [
  {
    ablation: 'per-path',
    idea: 'one lease for all paths',
    scenario: 'refresh-502',
    figure: 'failed requests a host',
    of: failed,
  },
  {
    ablation: 'deaf',
    idea: 'Retry-After is heard',
    scenario: 'refresh-503',
    figure: 'requests until it was noticed',
    of: probes,
  },
  {
    ablation: 'no-jitter',
    idea: 'jitter after Retry-After',
    scenario: 'maintenance',
    figure: 'peak over steady load',
    of: peak,
  },
  {
    ablation: 'no-growth',
    idea: 'waits that grow',
    scenario: 'refresh-502',
    figure: 'requests until it was noticed',
    of: probes,
  },
  {
    ablation: 'no-growth',
    idea: 'waits that grow: the price',
    scenario: 'refresh-502',
    figure: 'seconds until it was noticed',
    of: noticed,
  },
  {
    ablation: 'lazy',
    idea: 'kept fresh behind the link',
    scenario: 'refresh-502',
    figure: 'seconds a host is unlinked',
    of: unlinked,
  },
  {
    ablation: 'no-window',
    idea: 'renewed before the end',
    scenario: 'refresh-502',
    figure: 'seconds a host is unlinked',
    of: unlinked,
  },
  {
    ablation: 'no-spread',
    idea: 'renewals spread over the window',
    scenario: 'enrolled-together',
    figure: 'peak over steady load',
    of: peak,
  },
  {
    ablation: 'strict',
    idea: 'a valid token keeps the link',
    scenario: 'refresh-hang',
    figure: 'seconds a host is unlinked',
    of: unlinked,
  },
  {
    ablation: 'forgetful',
    idea: 'deadlines outlive a restart',
    scenario: 'crash-loop',
    figure: 'failed requests a host',
    of: failed,
  },
  {
    ablation: 'in-step',
    idea: 'jitter in reconnects',
    scenario: 'rolling-deploy',
    figure: 'peak over steady load',
    of: peak,
  },
  {
    ablation: 'same-slot',
    idea: 'the relay spreads',
    scenario: 'rolling-deploy',
    figure: 'seconds until 99 % are back',
    of: back,
  },
];

/** Holdfast with and without each of its ideas. */
export async function runAblations(hosts: number, say: (what: string) => void): Promise<AblationRun[]> {
  const scenarios = shippedScenarios();
  const known = new Map<string, StormResult>();
  const run = async (scenarioName: string, policyName: string): Promise<StormResult> => {
    const key = `${scenarioName} ${policyName}`;
    const scenario = scenarios.find(({ name }) => name === scenarioName);
    const policy = policies.find(({ name }) => name === policyName);
    if (scenario === undefined || policy === undefined) throw new Error(`there is no ${key}`);
    const result = known.get(key) ?? (await storm({ scenario, policy, hosts, seed: SEED }));
    known.set(key, result);
    return result;
  };
  const runs: AblationRun[] = [];
  for (const { of, ...idea } of IDEAS) {
    say(`without: ${idea.idea}`);
    const withIt = of(await run(idea.scenario, 'holdfast'));
    runs.push({ ...idea, withIt, without: of(await run(idea.scenario, `holdfast-${idea.ablation}`)) });
  }
  return runs;
}

import { atLeast, atMost, type Row, shown } from '../common/rows.ts';
import type { AblationRun } from './ablation-runs.ts';
import type { Fast } from './fast.ts';
import { resultOf, type ScenarioRuns } from './scenario-runs.ts';

export interface Measured {
  readonly fast: Fast;
  readonly runs: readonly ScenarioRuns[];
  readonly ablations: readonly AblationRun[];
  /** In the tables. */
  readonly hosts: number;
}

/** Stands for "not in the time that was watched" where a mark is compared. */
const NEVER = Number.POSITIVE_INFINITY;

export function toRows({ fast, runs }: Measured): Row[] {
  const ours = (scenario: string) => resultOf(runs, scenario, 'holdfast').figures;
  const codex = (scenario: string) => resultOf(runs, scenario, 'codex').figures;
  const unlinked = (scenario: string) => (1 - ours(scenario).linked) / (1 - codex(scenario).linked);
  const overBound = (scenario: string): number => {
    const { noticing } = ours(scenario);
    return noticing?.bound == null ? NEVER : noticing.probes / noticing.bound;
  };
  const noticed = (scenario: string): number => ours(scenario).noticing?.seconds ?? NEVER;
  const back = (scenario: string): number => ours(scenario).recovery?.seconds ?? NEVER;
  return [
    atMost(60, `${fast.hosts} hosts, one simulated hour`, fast.cpuSeconds, 's of one core'),
    shown(`${fast.hosts} hosts, one simulated hour: events`, fast.events, 'events'),
    shown(`${fast.hosts} hosts, one simulated hour: memory`, fast.megabytes, 'MB'),
    atMost(2.5, 'refresh-502: requests until it was noticed, over the bound', overBound('refresh-502'), 'times'),
    atMost(150, 'refresh-502: 99 % had noticed', noticed('refresh-502'), 's'),
    atMost(2.5, 'refresh-503: requests until it was noticed, over the bound', overBound('refresh-503'), 'times'),
    atMost(150, 'refresh-503: 99 % had noticed', noticed('refresh-503'), 's'),
    atMost(0.5, 'refresh-502: time without a link, over that of codex', unlinked('refresh-502'), 'times'),
    atMost(0.5, 'refresh-hang: time without a link, over that of codex', unlinked('refresh-hang'), 'times'),
    atMost(150, 'relay-away: 99 % were back', back('relay-away'), 's'),
    atMost(1, 'rolling-deploy: time without a link, over that of codex', unlinked('rolling-deploy'), 'times'),
    atMost(30, 'nine-o-clock: 99 % were back', back('nine-o-clock'), 's'),
    atLeast(0.999, 'enrolled-together: time with a link, at a rate', ours('enrolled-together').linked, 'of all'),
    atLeast(0.999, 'wrong-clocks: time with a link, at a rate', ours('wrong-clocks').linked, 'of all'),
    atMost(
      0.2,
      'crash-loop: failed requests, over those of codex',
      ours('crash-loop').failed / codex('crash-loop').failed,
      'times',
    ),
    atMost(300, 'falls-over-guarded: 99 % were back', back('falls-over-guarded'), 's'),
  ];
}

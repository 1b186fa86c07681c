import { linkedChart, loadChart, noticingChart, type StormResult } from '@holdfast/storm';
import type { ScenarioRuns } from './scenario-runs.ts';

export interface Picture {
  /** In docs/images. */
  readonly file: string;
  readonly svg: string;
}

/** More lines than these are a tangle. */
const SHOWN = ['holdfast', 'codex', 'naive', 'google'];

/** The three of docs/storms.md. */
export function pictures(runs: readonly ScenarioRuns[]): Picture[] {
  const of = (name: string): ScenarioRuns => {
    const found = runs.find(({ scenario }) => scenario.name === name);
    if (found === undefined) throw new Error(`there is no run of ${name}`);
    return found;
  };
  const few = (results: readonly StormResult[]): StormResult[] =>
    results.filter(({ policy }) => SHOWN.includes(policy));
  const deploy = of('rolling-deploy');
  const refresh = of('refresh-502');
  const away = of('relay-away');
  return [
    { file: 'storm-load.svg', svg: loadChart(deploy.scenario, few(deploy.results)) },
    { file: 'storm-linked.svg', svg: linkedChart(refresh.scenario, few(refresh.results)) },
    { file: 'storm-noticing.svg', svg: noticingChart(away.scenario, away.results) },
  ];
}

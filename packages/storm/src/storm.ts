import { type Curve, curveOf, evaluate, type Figures } from './figures/figures.ts';
import { type SimulateOptions, simulate } from './simulate.ts';

/** One policy in one scenario: what a report shows. The same scenario, hosts and seed give the same text as JSON. */
export interface StormResult {
  readonly scenario: string;
  readonly policy: string;
  readonly title: string;
  readonly hosts: number;
  readonly seed: string;
  /** Simulated seconds; less than the scenario's when it was stopped. */
  readonly seconds: number;
  readonly isComplete: boolean;
  /** Requests a second in quiet times. */
  readonly steadyLoad: number;
  readonly figures: Figures;
  readonly curve: Curve;
}

/** How many points a curve has at most. */
const POINTS = 240;

/** Runs one policy through one scenario, and evaluates it. */
export async function storm(options: SimulateOptions): Promise<StormResult> {
  const { scenario, policy, hosts, seed } = options;
  const run = await simulate(options);
  const { meter, steadyLoad, isComplete } = run;
  return {
    scenario: scenario.name,
    policy: policy.name,
    title: policy.title,
    hosts,
    seed,
    seconds: meter.seconds,
    isComplete,
    steadyLoad,
    figures: evaluate(run, scenario, hosts),
    curve: curveOf(meter.series, meter.seconds, POINTS),
  };
}

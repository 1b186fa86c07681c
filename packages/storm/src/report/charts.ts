import { endOfTrouble, startOfTrouble } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { StormResult } from '../storm.ts';
import { colorOf, type Line, svgChart } from './svg-chart.ts';

/** Requests a second at the authority, over time. */
export function loadChart(scenario: Scenario, results: readonly StormResult[]): string {
  return overTime(scenario, results, {
    title: `${scenario.name}: requests a second, busiest of each step`,
    yLabel: 'requests a second',
    logY: true,
    value: ({ curve }, index) => curve.asked[index] ?? 0,
  });
}

/** The share of hosts that are awake and linked, over time. */
export function linkedChart(scenario: Scenario, results: readonly StormResult[]): string {
  return overTime(scenario, results, {
    title: `${scenario.name}: hosts with a link`,
    yLabel: 'percent of those awake',
    logY: false,
    value: ({ curve }, index) => 100 * (curve.linked[index] ?? 0),
  });
}

/** What noticing costs against how soon it comes, and the bound that nobody can beat. */
export function noticingChart(scenario: Scenario, results: readonly StormResult[]): string {
  const dots = results.flatMap(({ policy, figures: { noticing } }, index) =>
    noticing?.seconds == null
      ? []
      : [{ name: policy, color: colorOf(index), x: Math.max(0.1, noticing.seconds), y: noticing.probes }],
  );
  const waited = results.flatMap(({ figures: { noticing } }) =>
    noticing?.seconds == null || noticing.bound === null || noticing.bound === 1
      ? []
      : [noticing.bound * noticing.seconds],
  );
  const outage = Math.max(0, ...waited);
  const soonest = Math.min(1, ...dots.map(({ x }) => x));
  const latest = Math.max(10, ...dots.map(({ x }) => x));
  const steps = Array.from({ length: 60 }, (_, step) => soonest * (latest / soonest) ** (step / 59));
  const bound: Line = {
    name: 'the bound',
    color: '#64748b',
    points: outage === 0 ? [] : steps.map((seconds) => [seconds, Math.max(1, outage / seconds)]),
  };
  return svgChart({
    title: `${scenario.name}: requests until the recovery was noticed, against how late`,
    xLabel: 'seconds after the end until 99 % had noticed',
    yLabel: 'requests for each',
    logX: true,
    logY: true,
    lines: [bound],
    dots,
  });
}

interface OverTime {
  readonly title: string;
  readonly yLabel: string;
  readonly logY: boolean;
  readonly value: (result: StormResult, index: number) => number;
}

function overTime(scenario: Scenario, results: readonly StormResult[], { value, ...labels }: OverTime): string {
  const lines = results.map((result, index): Line => {
    const { step, asked } = result.curve;
    const points = asked.map((_, at) => [((at + 1) * step) / 60, value(result, at)] as const);
    return { name: result.policy, color: colorOf(index), points };
  });
  const from = startOfTrouble(scenario);
  const to = endOfTrouble(scenario);
  return svgChart({
    ...labels,
    xLabel: 'minutes',
    lines,
    shaded: from === null || to === null ? null : [from / 60, to / 60],
  });
}

import type { StormResult } from '../storm.ts';

/** What the tables show, in their order. */
export const COLUMNS = [
  'policy',
  'requests a host',
  'failed',
  'peak / steady',
  'work wasted',
  'linked',
  '99 % back after',
  '99 % noticed after',
  'requests to notice',
  'bound',
  'pairings',
] as const;

/** One run as a row of a table; a dash where the scenario has no such figure, "never" where it did not happen while it was watched. */
export function rowOf({ policy, figures }: StormResult): string[] {
  const { requests, recovery, noticing, pairings } = figures;
  return [
    policy,
    requests.perHost.toFixed(2),
    String(figures.failed),
    figures.peakOverSteady.toFixed(1),
    percent(figures.workWasted),
    percent(figures.linked),
    recovery === null ? '-' : after(recovery.seconds),
    noticing === null ? '-' : after(noticing.seconds),
    noticing === null ? '-' : noticing.probes.toFixed(1),
    noticing?.bound == null ? '-' : noticing.bound.toFixed(1),
    pairings.asked === 0 ? '-' : `${pairings.served} of ${pairings.asked}`,
  ];
}

function after(seconds: number | null): string {
  return seconds === null ? 'never' : `${Math.ceil(seconds)} s`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.99 && share < 1 ? 2 : 1)} %`;
}

import { endOfTrouble, startOfTrouble } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Run } from '../simulate.ts';
import type { Series } from './meter.ts';

/** What a run comes to. Shares are from 0 to 1; null where the scenario does not have it. */
export interface Figures {
  readonly requests: {
    readonly total: number;
    readonly perHost: number;
    readonly refresh: number;
    readonly handshake: number;
    readonly pair: number;
  };
  /** Requests that did not bring what was asked for. */
  readonly failed: number;
  /** The busiest second over what quiet times have, from the trouble's start. */
  readonly peakOverSteady: number;
  /** Of the authority's work: done for callers who had gone. */
  readonly workWasted: number;
  /** Of the time of all hosts that were awake. */
  readonly linked: number;
  /** Null: there was no trouble with an end. */
  readonly recovery: Recovery | null;
  /** Null: nobody had failed when the trouble ended. */
  readonly noticing: Noticing | null;
  readonly pairings: { readonly asked: number; readonly served: number };
}

export interface Recovery {
  /** The most hosts that had no link at one moment of the trouble. */
  readonly down: number;
  /** From the trouble's end until 99 % of all hosts had one, for good; null: not in the time that was watched. */
  readonly seconds: number | null;
}

/** How those who had failed found out that the authority is back. A host counts once for each endpoint at which it had failed. */
export interface Noticing {
  readonly seekers: number;
  /** From the trouble's end until 99 % of them had succeeded; null: not in the time that was watched. */
  readonly seconds: number | null;
  /** Requests from the first failure to the next success, on average. */
  readonly probes: number;
  /** The fewest with which anybody could have noticed so soon, not knowing when; null where the outage was not total. */
  readonly bound: number | null;
}

const MOST = 0.99;
/** A fleet of which so much is down again had not recovered. */
const RELAPSE = 0.05;
/** Links that drop in quiet times are no part of the trouble; so many times their number is the least that counts. */
const NOISE = 3;

/** @param hosts how many there are */
export function evaluate(run: Run, scenario: Scenario, hosts: number): Figures {
  const { meter, steadyLoad } = run;
  const { asks, series, seconds } = meter;
  const total = asks.refresh + asks.handshake + asks.pair;
  const from = startOfTrouble(scenario) ?? 0;
  const awake = sum(series.awake, 0, seconds);
  return {
    requests: { total, perHost: total / hosts, ...asks },
    failed: meter.failures,
    peakOverSteady: most(series.asked, Math.floor(from), seconds) / steadyLoad,
    workWasted: meter.work.all === 0 ? 0 : meter.work.wasted / meter.work.all,
    linked: awake === 0 ? 0 : sum(series.linked, 0, seconds) / awake,
    recovery: recoveryOf(run, scenario),
    noticing: noticingOf(run, scenario),
    pairings: { ...meter.pairings },
  };
}

function recoveryOf({ meter }: Run, scenario: Scenario): Recovery | null {
  const { series, seconds: watched } = meter;
  const end = endOfTrouble(scenario);
  const from = startOfTrouble(scenario);
  if (end === null || from === null || watched <= end) return null;
  const start = Math.floor(from);
  const quiet = start === 0 ? 0 : sum(series.down, 0, start) / start;
  const down = most(series.down, start, Math.ceil(end) + 1);
  const few = Math.max((1 - MOST) * most(series.awake, start, watched), NOISE * quiet);
  let back: number | null = null;
  for (let second = Math.ceil(end); second < watched; second += 1) {
    const now = series.down[second] ?? 0;
    if (now <= few) back ??= second + 1;
    else if (now > Math.max(few, (series.awake[second] ?? 0) * RELAPSE)) back = null;
  }
  return { down, seconds: back === null ? null : back - end };
}

function noticingOf({ meter, search }: Run, { incidents }: Scenario): Noticing | null {
  if (search === null || search.seekers === 0) return null;
  const { found, probes } = meter.seekers;
  const { seekers, waitedMs } = search;
  const last = found[Math.ceil(MOST * seekers) - 1];
  const isTotal = incidents.some(
    (incident) => 'share' in incident && incident.fault !== 'slow' && incident.share === 1,
  );
  return {
    seekers,
    seconds: last === undefined ? null : last / 1000,
    probes: probes / seekers,
    // Who looks every so often needs so many looks to notice so soon, and nobody who does not know when can do with fewer.
    bound: last === undefined || !isTotal ? null : Math.max(1, waitedMs / Math.max(1, last)),
  };
}

function sum(series: Uint32Array, from: number, to: number): number {
  let total = 0;
  for (let second = from; second < to; second += 1) total += series[second] ?? 0;
  return total;
}

function most(series: Uint32Array, from: number, to: number): number {
  let most = 0;
  for (let second = from; second < to; second += 1) most = Math.max(most, series[second] ?? 0);
  return most;
}

/** A run over time, in few enough points to draw. */
export interface Curve {
  /** Seconds between two points. */
  readonly step: number;
  /** Requests a second, the busiest of each step. */
  readonly asked: readonly number[];
  /** Share of the hosts that are awake, at the end of each step. */
  readonly linked: readonly number[];
}

export function curveOf({ awake, asked, linked }: Series, seconds: number, points: number): Curve {
  const step = Math.max(1, Math.ceil(seconds / points));
  const ends = Array.from({ length: Math.ceil(seconds / step) }, (_, index) => Math.min(seconds, (index + 1) * step));
  const at = (series: Uint32Array, end: number): number => series[end - 1] ?? 0;
  return {
    step,
    asked: ends.map((end) => most(asked, end - step, end)),
    linked: ends.map((end) => rounded(at(linked, end) / Math.max(1, at(awake, end)))),
  };
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

// The same scenario for real and simulated, and how far apart the two are.
import { policies, type StormResult, storm } from '@holdfast/storm';
import { atMost, type Row, shown } from '../common/rows.ts';
import { median } from '../common/statistics.ts';
import { measuredWhere, number, table } from '../common/table.ts';
import type { FleetRun, RealRun } from './real-fleet.ts';
import { END, scenario } from './real-scenario.ts';

/** The simulated fleet is run with so many seeds. */
const SEEDS = 5;
/** How far the simulator may be off. */
const TOLERANCE = 0.15;
const MOST = 0.99;
/** A run that never recovers, where it is compared. */
const NEVER = Number.POSITIVE_INFINITY;

export interface Compared {
  readonly what: string;
  readonly unit: string;
  readonly real: number;
  /** The median of the seeds. */
  readonly simulated: number;
  /** The least and the most of them. */
  readonly range: readonly [number, number];
}

export async function runSimulated(hosts: number): Promise<FleetRun[]> {
  const policy = policies.find(({ name }) => name === 'holdfast');
  if (policy === undefined) throw new Error('there is no policy called holdfast');
  const runs: FleetRun[] = [];
  for (let seed = 0; seed < SEEDS; seed += 1)
    runs.push(runOf(await storm({ scenario, policy, hosts, seed: `real-${seed}` })));
  return runs;
}

function runOf({ figures, curve }: StormResult): FleetRun {
  if (curve.step !== 1) throw new Error('the curve has to have a point a second');
  const { refresh, handshake } = figures.requests;
  return { requests: { refresh, handshake }, linked: curve.linked, noticed: figures.noticing?.seconds ?? null };
}

export function compare(real: RealRun, simulated: readonly FleetRun[]): Compared[] {
  const one = (what: string, unit: string, of: (run: FleetRun) => number): Compared => {
    const values = simulated.map(of);
    return {
      what,
      unit,
      real: of(real),
      simulated: median(values),
      range: [Math.min(...values), Math.max(...values)],
    };
  };
  return [
    one('requests', 'requests', ({ requests }) => requests.refresh + requests.handshake),
    one('refreshes', 'refreshes', ({ requests }) => requests.refresh),
    one('handshakes', 'handshakes', ({ requests }) => requests.handshake),
    one('99 % linked after the end of the trouble', 's', recoveredAfter),
    one('99 % had noticed it', 's', ({ noticed }) => noticed ?? NEVER),
    one('time without a link, for each host', 's', ({ linked }) => linked.reduce((sum, share) => sum + 1 - share, 0)),
  ];
}

/** Seconds from the trouble's end to the sample from which on 99 % had a link. */
function recoveredAfter({ linked }: Pick<FleetRun, 'linked'>): number {
  const lastDown = linked.findLastIndex((share) => share < MOST);
  return lastDown === linked.length - 1 ? NEVER : Math.max(0, lastDown + 2 - END);
}

export function compareRows(compared: readonly Compared[], real: RealRun, hosts: number): Row[] {
  return [
    ...compared.flatMap(({ what, unit, real: measured, simulated }) => [
      atMost(TOLERANCE, `${what}: simulated, off by`, offBy(measured, simulated), 'of the real'),
      shown(`${what}: real`, measured, unit),
      shown(`${what}: simulated`, simulated, unit),
    ]),
    shown('refreshes that the relay counted', real.refreshesAtRelay, 'requests'),
    shown('requests that the relay put off', real.deferred, 'requests'),
    ...Object.entries(real.unanswered).map(([cause, count]) =>
      shown(`refreshes without an answer: ${cause}`, count, 'requests'),
    ),
    shown('the worst sample was late by', real.late, 's'),
    shown('99 % linked with a good token', recoveredAfter({ linked: real.ready }), 's'),
    shown('real hosts', hosts, 'hosts'),
  ];
}

function amount(value: number): string {
  return value === NEVER ? 'never' : number(value);
}

function offBy(real: number, simulated: number): number {
  return real === simulated ? 0 : Math.abs(simulated - real) / real;
}

/** For docs/storms.md. */
export function compareReport(compared: readonly Compared[], real: RealRun, hosts: number, now: Date): string {
  const lines = compared.map(({ what, unit, real: measured, simulated, range }) => [
    unit === what ? what : `${what}, ${unit}`,
    amount(measured),
    `${amount(simulated)} (${range.map(amount).join(' to ')})`,
    Number.isFinite(measured) && Number.isFinite(simulated)
      ? `${(((simulated - measured) / measured) * 100).toFixed(1)} %`
      : 'not comparable',
  ]);
  const causes = Object.entries(real.unanswered).map(([cause, count]) => `${number(count)} for ${cause}`);
  return [
    `${number(hosts)} hosts. ${measuredWhere(now)}`,
    table(['What', 'Real', `Simulated (of ${SEEDS} seeds)`, 'Off by'], lines),
    `The relay counted ${number(real.refreshesAtRelay)} refreshes, the hosts ${number(real.requests.refresh)}. 99 % had a link and a token that was good ${number(recoveredAfter({ linked: real.ready }))} s after the trouble's end.`,
    `Refreshes without an answer: ${causes.join(', ') || 'none'}. Put off by the relay: ${number(real.deferred)} requests. The worst sample was late by ${number(real.late)} s.`,
  ].join('\n\n');
}

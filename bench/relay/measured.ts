// From what was measured to numbers with marks.
import { atLeast, atMost, type Row, shown } from '../common/rows.ts';
import type { Crowds } from './crowds.ts';
import type { DurablePaths } from './durable.ts';
import { type Latencies, RATE } from './latency.ts';
import type { Storm } from './storm.ts';
import type { Compared } from './throughput.ts';

export interface Loads {
  readonly messages: Compared;
  readonly chunks: Compared;
  readonly latency: Latencies;
  readonly durable: DurablePaths;
}

const PER_SECOND = 'messages/s';
const CPU = 'µs of CPU';

export function loadRows({ messages, chunks, latency, durable }: Loads): Row[] {
  const [M, C, L] = ['512-byte messages', '100 KiB chunks', `latency at ${RATE} messages/s`];
  const absent = durable.toAbsentController;
  return [
    atLeast(0.85, `${M}: rate / bare`, messages.rateRatio, 'times'),
    atMost(1.3, `${M}: CPU of each / bare`, messages.cpuRatio, 'times'),
    atLeast(0.95, `${C}: rate / bare`, chunks.rateRatio, 'times'),
    ...both(`${M}: rate`, messages, ({ rate }) => rate, PER_SECOND),
    ...both(`${M}: each`, messages, ({ cpu }) => cpu, CPU),
    ...both(`${C}: rate`, chunks, ({ rate }) => rate, 'chunks/s'),
    ...both(`${C}: each`, chunks, ({ cpu }) => cpu, CPU),
    shown(`${C}: CPU of each / bare`, chunks.cpuRatio, 'times'),
    ...both(`${L}: p50`, latency, ({ p50 }) => p50, 'ms'),
    ...both(`${L}: p99`, latency, ({ p99 }) => p99, 'ms'),
    shown(`${L}: added by holdfast, p50`, latency.added.p50, 'ms'),
    shown(`${L}: added by holdfast, p99`, latency.added.p99, 'ms'),
    shown('durable, for a controller that is away: rate', absent.rate, PER_SECOND),
    shown('durable, for a controller that is away: each', absent.cpu, CPU),
    shown(
      'durable, for a controller that is away: CPU of each / in memory',
      absent.cpu / messages.holdfast.cpu,
      'times',
    ),
    shown('durable, controller to host: rate', durable.toHost.rate, PER_SECOND),
    shown('durable, controller to host: each', durable.toHost.cpu, CPU),
    shown('durable, controller to host: CPU of each / in memory', durable.toHost.cpu / messages.holdfast.cpu, 'times'),
  ];
}

export function crowdRows(crowds: Crowds, links: number): Row[] {
  const A = `${links} idle links`;
  return [
    atMost(1.3, `${A}: memory of each / bare`, crowds.memoryRatio, 'times'),
    atLeast(0.8, `${A}: accept rate / bare`, crowds.acceptRatio, 'times'),
    ...both(`${A}: memory of each`, crowds, ({ memory }) => memory / 1_024, 'KiB'),
    ...both(`${A}: accept rate`, crowds, ({ accepts }) => accepts, 'links/s'),
    ...both(`${A}: accepting each`, crowds, ({ cpu }) => cpu, CPU),
    shown(`${A}: CPU of accepting each / bare`, crowds.cpuRatio, 'times'),
    shown(`${A}: told to come later, holdfast`, crowds.holdfast.refused, 'handshakes'),
  ];
}

export function stormRows(storm: Storm, hosts: number): Row[] {
  const S = `${hosts} hosts cut at once`;
  return [
    shown(`${S}: the relay was away`, storm.awayMs, 'ms'),
    shown(`${S}: all back after it listened`, storm.allBackMs, 'ms'),
    shown(`${S}: most let in within a second`, storm.peakAccepts, 'links/s'),
    shown(`${S}: told to come later`, storm.refused, 'handshakes'),
    shown(`${S}: p99 of the event loop's delay`, storm.loopDelayMs, 'ms'),
  ];
}

function both<T>(
  name: string,
  { bare, holdfast }: { bare: T; holdfast: T },
  of: (one: T) => number,
  unit: string,
): Row[] {
  return [shown(`${name}, holdfast`, of(holdfast), unit), shown(`${name}, bare`, of(bare), unit)];
}

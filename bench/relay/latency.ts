// How long a message takes from host to controller while 5,000 a second do.
import { median } from '../common/statistics.ts';
import { askControllers, askHosts, type Field, type Subject } from './field.ts';
import type { Ran } from './host-worker.ts';

export const RATE = 5_000;

/** In ms. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface Latencies {
  readonly bare: Latency;
  readonly holdfast: Latency;
  /** Medians of the differences of each round. */
  readonly added: Latency;
}

export async function compareLatency(
  field: Field,
  { rounds, forMs }: { rounds: number; forMs: number },
): Promise<Latencies> {
  const results: { bare: Latency; holdfast: Latency }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await measure(field, field.bare, forMs);
    results.push({ bare, holdfast: await measure(field, field.holdfast, forMs) });
  }
  const middle = (of: (one: (typeof results)[number]) => Latency): Latency => ({
    p50: median(results.map((one) => of(one).p50)),
    p99: median(results.map((one) => of(one).p99)),
  });
  return {
    bare: middle(({ bare }) => bare),
    holdfast: middle(({ holdfast }) => holdfast),
    added: middle(({ bare, holdfast }) => ({ p50: holdfast.p50 - bare.p50, p99: holdfast.p99 - bare.p99 })),
  };
}

async function measure(field: Field, { pairs: names }: Subject, forMs: number): Promise<Latency> {
  await askControllers(field, { ask: 'timed', on: true });
  await askHosts<Ran>(field, {
    ask: 'run',
    names,
    kind: 'message',
    window: Number.POSITIVE_INFINITY,
    forMs,
    rate: RATE,
  });
  const delays = await askControllers<number[]>(field, { ask: 'delays' });
  await askControllers(field, { ask: 'timed', on: false });
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number): number => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) / 1_000;
  return { p50: at(0.5), p99: at(0.99) };
}

// Host to controller, as fast as it goes: what reaches the controllers, and what each message costs whatever is in between.
import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../common/statistics.ts';
import type { Count } from './controller-worker.ts';
import { askControllers, askHosts, type Field, type Subject, usageOf } from './field.ts';
import type { Ran } from './host-worker.ts';
import type { LoadKind } from './load-frame.ts';

export interface Throughput {
  /** Frames a second. */
  readonly rate: number;
  /** µs of CPU for each. */
  readonly cpu: number;
}

export interface Compared {
  readonly bare: Throughput;
  readonly holdfast: Throughput;
  /** Medians of the ratios of each round. */
  readonly rateRatio: number;
  readonly cpuRatio: number;
}

/** Frames without an ack on one link. Messages: as many as a Holdfast host may have. Chunks: about as many as its bytes allow. */
const WINDOW = { message: 1_024, chunk: 160 } as const;
/** From the start of a load to where it is measured. */
const RISE_MS = 400;

export async function compareThroughput(
  field: Field,
  kind: LoadKind,
  { rounds, forMs }: { rounds: number; forMs: number },
): Promise<Compared> {
  const results: { bare: Throughput; holdfast: Throughput }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const order = round % 2 === 0 ? ([field.bare, field.holdfast] as const) : ([field.holdfast, field.bare] as const);
    const measured = new Map<string, Throughput>();
    for (const subject of order) measured.set(subject.name, await measure(field, subject, kind, forMs));
    const [bare, holdfast] = [measured.get('bare'), measured.get('holdfast')];
    // the first round warms up
    if (round >= 0 && bare !== undefined && holdfast !== undefined) results.push({ bare, holdfast });
  }
  const middle = (of: (one: (typeof results)[number]) => number): number => median(results.map(of));
  return {
    bare: { rate: middle(({ bare }) => bare.rate), cpu: middle(({ bare }) => bare.cpu) },
    holdfast: { rate: middle(({ holdfast }) => holdfast.rate), cpu: middle(({ holdfast }) => holdfast.cpu) },
    rateRatio: middle(({ bare, holdfast }) => holdfast.rate / bare.rate),
    cpuRatio: middle(({ bare, holdfast }) => holdfast.cpu / bare.cpu),
  };
}

async function measure(field: Field, subject: Subject, kind: LoadKind, forMs: number): Promise<Throughput> {
  const { pairs: names } = subject;
  const count = () => askControllers<Count>(field, { ask: 'count', names });
  const atStart = await count();
  const running = askHosts<Ran>(field, {
    ask: 'run',
    names,
    kind,
    window: WINDOW[kind],
    forMs: RISE_MS + forMs + RISE_MS,
    rate: null,
  });
  running.catch(() => {}); // awaited below
  await pause(RISE_MS);
  const before = await Promise.all([count(), usageOf(subject)]);
  await pause(forMs);
  const after = await Promise.all([count(), usageOf(subject)]);
  const { sent } = await running;
  const arrived = (await count()).received - atStart.received;
  if (arrived !== sent) throw new Error(`${subject.name}: ${sent} frames were sent, and ${arrived} have arrived`);
  const rate = (after[0].received - before[0].received) / ((after[0].at - before[0].at) / 1e6);
  return { rate, cpu: (after[1].cpu - before[1].cpu) / ((after[1].at - before[1].at) / 1e6) / rate };
}

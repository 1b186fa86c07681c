// One case of the fast path: `node fast-worker.ts NAME`, asked to warm up and then for one batch at a time.

import { serve } from '../common/ipc.ts';
import { midmean } from '../common/statistics.ts';
import { aloneCases, type Sample } from './alone-cases.ts';
import { fastCases, type Loop } from './fast-cases.ts';

export type FastQuestion = 'warm' | 'batch';

const WARM_MS = 300;
const BATCH_MS = 5;
const SAMPLES = 300;

/** More than the lease lets pass between calls of a tight loop. */
const APART_MS = 0.06;

interface Measurement {
  warm(): Promise<void>;
  /** The price of one call, in ns. */
  batch(): Promise<number>;
}

const measurement = await find(process.argv[2]);

serve(async (question: FastQuestion) => (question === 'warm' ? measurement.warm() : measurement.batch()));

async function find(name: string | undefined): Promise<Measurement> {
  const fast = fastCases.find((one) => one.name === name);
  if (fast !== undefined) return tightLoop(await fast.loop());
  const alone = aloneCases.find((one) => one.name === name);
  if (alone !== undefined) return singleCalls(await alone.sample());
  throw new Error(`no case is called ${name}`);
}

function tightLoop(loop: Loop): Measurement {
  let size = 1_000;
  const run = async (n: number): Promise<number> => {
    const from = performance.now();
    const sum = await loop(n);
    const elapsed = performance.now() - from;
    if (!Number.isFinite(sum)) throw new Error('a call had no result');
    return elapsed;
  };
  return {
    async warm() {
      const end = performance.now() + WARM_MS;
      while (performance.now() < end) size = Math.max(1_000, Math.round((size * BATCH_MS) / (await run(size))));
    },
    async batch() {
      // The process has slept while others were measured: wake the core first.
      await run(size >> 2);
      return ((await run(size)) / size) * 1e6;
    },
  };
}

/** Each call in a turn of the event loop of its own, and long enough after the one before to stand alone. */
function singleCalls(sample: Sample): Measurement {
  let last = 0;
  const run = async (): Promise<number> => {
    const samples: number[] = [];
    while (samples.length < SAMPLES) {
      await new Promise((resolve) => setImmediate(resolve));
      while (performance.now() - last < APART_MS);
      samples.push(await sample());
      last = performance.now();
    }
    return midmean(samples) * 1e6;
  };
  return {
    async warm() {
      const end = performance.now() + WARM_MS;
      while (performance.now() < end) await run();
    },
    batch: run,
  };
}

// Ten thousand links that say nothing: how fast they are let in, and what each of them holds.
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from '../common/ipc.ts';
import { median } from '../common/statistics.ts';
import type { CrowdQuestion, Gathered } from './crowd.ts';
import { type SubjectName, startRelayIn, startWorker, usageOf, withFolder } from './field.ts';
import type { GaugeQuestion } from './gauges.ts';
import type { Target } from './raw-link.ts';
import { seedHosts } from './seed.ts';

export interface CrowdResult {
  /** Handshakes that were told to come later. */
  readonly refused: number;
  /** Links let in a second. */
  readonly accepts: number;
  /** µs of CPU for each. */
  readonly cpu: number;
  /** Bytes that each holds, resident. */
  readonly memory: number;
}

export interface Crowds {
  readonly bare: CrowdResult;
  readonly holdfast: CrowdResult;
  readonly acceptRatio: number;
  readonly cpuRatio: number;
  readonly memoryRatio: number;
}

const AT_ONCE = 128;
/** Let in before, so that what is loaded, compiled and grown once is not counted; they come and go so often before they stay. */
const WARM_UP = 2_000;
const WARM_UPS = 3;
const SETTLE_MS = 3_000;
/** For the end of all links to be noticed. */
const LEAVE_MS = 1_000;

export async function compareCrowds(links: number, rounds: number): Promise<Crowds> {
  const results: { bare: CrowdResult; holdfast: CrowdResult }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await measure('bare', links);
    results.push({ bare, holdfast: await measure('holdfast', links) });
  }
  const middle = (of: (one: (typeof results)[number]) => number): number => median(results.map(of));
  const result = (name: SubjectName): CrowdResult => ({
    refused: middle((one) => one[name].refused),
    accepts: middle((one) => one[name].accepts),
    cpu: middle((one) => one[name].cpu),
    memory: middle((one) => one[name].memory),
  });
  return {
    bare: result('bare'),
    holdfast: result('holdfast'),
    acceptRatio: middle(({ bare, holdfast }) => holdfast.accepts / bare.accepts),
    cpuRatio: middle(({ bare, holdfast }) => holdfast.cpu / bare.cpu),
    memoryRatio: middle(({ bare, holdfast }) => holdfast.memory / bare.memory),
  };
}

async function measure(name: SubjectName, links: number): Promise<CrowdResult> {
  return withFolder(async (dir) => {
    const worker = startWorker(name === 'bare' ? 'bare-worker.ts' : 'relay-worker.ts');
    const hosts = startWorker('host-worker.ts');
    try {
      const targets = name === 'bare' ? await bareTargets(worker, links) : await relayTargets(worker, dir, links);
      const gather = (some: readonly Target[]) =>
        hosts.ask<Gathered>({ ask: 'crowd', targets: some, atOnce: AT_ONCE } satisfies CrowdQuestion);
      const memory = () => worker.ask<number>({ ask: 'memory' } satisfies GaugeQuestion);
      for (let n = 0; n < WARM_UPS; n += 1) {
        await gather(targets.slice(0, WARM_UP));
        await hosts.ask({ ask: 'disperse' } satisfies CrowdQuestion);
        await pause(LEAVE_MS);
      }
      await gather(targets.slice(0, WARM_UP));
      const empty = await memory();
      const before = await usageOf({ worker });
      const { tookMs, refused } = await gather(targets.slice(WARM_UP));
      const after = await usageOf({ worker });
      await pause(SETTLE_MS);
      return {
        refused,
        accepts: links / (tookMs / 1_000),
        cpu: (after.cpu - before.cpu) / links,
        memory: ((await memory()) - empty) / links,
      };
    } finally {
      await hosts.stop();
      await worker.stop();
    }
  });
}

async function bareTargets(worker: Worker, links: number): Promise<Target[]> {
  const port = await worker.ask<number>({ ask: 'port' });
  return Array.from({ length: WARM_UP + links }, () => ({ port, path: '/idle', headers: {} }));
}

async function relayTargets(worker: Worker, dir: string, links: number): Promise<Target[]> {
  return seedHosts(dir, await startRelayIn(worker, dir), WARM_UP + links);
}

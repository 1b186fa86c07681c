// Five thousand hosts whose relay is killed and started again.
import { median } from '../common/statistics.ts';
import type { CrowdQuestion, Returned } from './crowd.ts';
import { startRelayIn, startWorker, withFolder } from './field.ts';
import type { GaugeQuestion } from './gauges.ts';
import { nowMicros } from './load-frame.ts';
import { seedHosts } from './seed.ts';

export interface Storm {
  /** Until the relay listened again after it was killed, in ms. */
  readonly awayMs: number;
  /** From then until every host was back, in ms. */
  readonly allBackMs: number;
  /** In the second in which most came back. */
  readonly peakAccepts: number;
  /** Handshakes that were told to come later. */
  readonly refused: number;
  /** p99, in ms, from listening to all back. */
  readonly loopDelayMs: number;
}

const AT_ONCE = 128;

export async function measureStorms(hosts: number, rounds: number): Promise<Storm> {
  const storms: Storm[] = [];
  for (let round = 0; round < rounds; round += 1) storms.push(await storm(hosts));
  const middle = (of: (one: Storm) => number): number => median(storms.map(of));
  return {
    awayMs: middle(({ awayMs }) => awayMs),
    allBackMs: middle(({ allBackMs }) => allBackMs),
    peakAccepts: middle(({ peakAccepts }) => peakAccepts),
    refused: middle(({ refused }) => refused),
    loopDelayMs: middle(({ loopDelayMs }) => loopDelayMs),
  };
}

async function storm(count: number): Promise<Storm> {
  return withFolder(async (dir) => {
    const [killed, relay, hosts] = [
      startWorker('relay-worker.ts'),
      startWorker('relay-worker.ts'),
      startWorker('host-worker.ts'),
    ];
    try {
      const started = await startRelayIn(killed, dir);
      const targets = seedHosts(dir, started, count);
      await hosts.ask({ ask: 'crowd', targets, atOnce: AT_ONCE } satisfies CrowdQuestion);
      const returning = hosts.ask<Returned>({ ask: 'return' } satisfies CrowdQuestion);
      const cutAt = nowMicros();
      await killed.stop();
      await startRelayIn(relay, dir, started.port);
      const listeningAt = nowMicros();
      await relay.ask({ ask: 'loop' } satisfies GaugeQuestion); // from here on
      const { backAt, refused } = await returning;
      return {
        awayMs: (listeningAt - cutAt) / 1_000,
        allBackMs: (Math.max(...backAt) - listeningAt) / 1_000,
        peakAccepts: peakInASecond(backAt),
        refused,
        loopDelayMs: await relay.ask<number>({ ask: 'loop' } satisfies GaugeQuestion),
      };
    } finally {
      for (const worker of [killed, relay, hosts]) await worker.stop();
    }
  });
}

function peakInASecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let from = 0;
  let most = 0;
  sorted.forEach((moment, n) => {
    while (moment - (sorted[from] ?? moment) >= 1e6) from += 1;
    most = Math.max(most, n - from + 1);
  });
  return most;
}

// What a process that is measured says of itself.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { nowMicros } from './load-frame.ts';

export interface Usage {
  /** µs of CPU that the process has used, user and system. */
  readonly cpu: number;
  /** µs, by the clock of the machine. */
  readonly at: number;
}

export type GaugeQuestion = { readonly ask: 'usage' | 'memory' | 'loop' };

const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();

/**
 * `usage`: see above. `memory`: resident bytes, after a collection that gives back what it can. `loop`: the p99 of the delay since it was
 * asked last, in ms.
 */
export async function answerGauge({ ask }: GaugeQuestion): Promise<Usage | number> {
  if (ask === 'usage') {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, at: nowMicros() };
  }
  if (ask === 'loop') {
    const p99 = loop.percentile(99) / 1e6;
    loop.reset();
    return p99;
  }
  for (let n = 0; n < 4; n += 1) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().rss;
}

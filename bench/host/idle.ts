import { setTimeout as delay } from 'node:timers/promises';
import { cpuBetween, type Usage, usageOf } from './process-usage.ts';
import { type Subject, type SubjectName, startSubject } from './subject.ts';

/** A host is given this long to come to rest after its start, in milliseconds. */
const SETTLE_MS = 10_000;

/** Of a host that is connected and has nothing to do. Null where the system does not tell. */
export interface Idle {
  readonly memoryBytes: number;
  readonly cpuMsPerMinute: number;
}

/** Both at once, so that whatever else the machine does is done to both. */
export async function compareIdle(forMs: number): Promise<Record<SubjectName, Idle | null>> {
  const holdfast = await startSubject('holdfast');
  const stock = await startSubject('stock').catch(async (error: unknown) => {
    await holdfast.stop();
    throw error;
  });
  try {
    await delay(SETTLE_MS);
    const look = (subject: Subject) => usageOf(subject.group, subject.isOwn);
    const before = { holdfast: look(holdfast), stock: look(stock) };
    const startedAt = performance.now();
    await delay(forMs);
    const seconds = (performance.now() - startedAt) / 1_000;
    return {
      holdfast: between(before.holdfast, look(holdfast), seconds),
      stock: between(before.stock, look(stock), seconds),
    };
  } finally {
    await Promise.all([holdfast.stop(), stock.stop()]);
  }
}

function between(before: Usage | null, after: Usage | null, seconds: number): Idle | null {
  if (before === null || after === null) return null;
  return {
    memoryBytes: after.memoryBytes,
    cpuMsPerMinute: (cpuBetween(before, after) / seconds) * 60,
  };
}

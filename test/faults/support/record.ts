import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultName, Measured } from './faults.ts';

/** Where `scripts/faults.ts` collects what was measured. Only then does the stock binary run beside ours. */
const folder = process.env['HOLDFAST_FAULTS_DIR'];

/** Keeps what was measured for docs/faults.md, if that is being written. @param stock measures the stock binary in the same way */
export async function record(name: FaultName, ours: string, stock?: () => Promise<string>): Promise<void> {
  if (folder === undefined) return;
  const measured: Measured = { ours, stock: (await stock?.()) ?? null };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(measured));
}

/** For a person. */
export function span(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** How long a reconnect took. @param patienceMs how long it was waited for */
export function reconnected(ms: number | null, patienceMs: number): string {
  return ms === null ? `not within ${span(patienceMs)}` : `after ${span(ms)}`;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Fast {
  readonly hosts: number;
  /** Of the processor, all threads of the process, in seconds. */
  readonly cpuSeconds: number;
  readonly events: number;
  /** Of memory, at most. */
  readonly megabytes: number;
}

/** The heap of such a fleet, and room for what dies young: without it the collector does half of the work. */
const FLAGS = ['--max-old-space-size=8000', '--max-semi-space-size=256'];

/** One simulated hour of a quiet fleet, in a process of its own. */
export async function runFast(hosts: number): Promise<Fast> {
  const worker = new URL('./fast-worker.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...FLAGS, worker, String(hosts)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`the run of ${hosts} hosts ended with ${code}`);
  return JSON.parse(output) as Fast; // the worker's own
}

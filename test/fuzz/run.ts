import { Seeded } from '@holdfast/testkit';
import { mutate } from './mutate.ts';
import type { Target } from './target.ts';

/** One input may take so much of this thread's time, in milliseconds; measured again before it counts, since garbage is collected in it too. */
const MAX_MS = 200;
const MEASURED = 4;
/** Tries to make an input smaller, and how long they may take, in milliseconds. */
const MAX_SHRINKS = 3_000;
const MAX_SHRINKING_MS = 20_000;

export interface Finding {
  readonly target: string;
  readonly why: string;
  /** As small as it could be made. */
  readonly input: string;
  /** Which input of the target's it was, from 0. */
  readonly number: number;
}

export interface RunOptions {
  readonly seed: string;
  /** Inputs, of all targets together. */
  readonly inputs: number;
  readonly onTarget?: (done: { readonly name: string; readonly inputs: number; readonly ms: number }) => void;
}

/** Gives each target its share of inputs; of each the first finding counts. */
export async function run(targets: readonly Target[], { seed, inputs, onTarget }: RunOptions): Promise<Finding[]> {
  const weights = targets.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const findings: Finding[] = [];
  for (const target of targets) {
    const share = Math.ceil((inputs * (target.weight ?? 1)) / weights);
    const startedAt = performance.now();
    const finding = await runOne(target, seed, share);
    if (finding !== null) findings.push(finding);
    onTarget?.({ name: target.name, inputs: share, ms: performance.now() - startedAt });
  }
  return findings;
}

async function runOne(target: Target, seed: string, share: number): Promise<Finding | null> {
  for (let number = 0; number < share; number += 1) {
    const name = `${seed}/${target.name}/${number}`;
    const input = mutate(target.seeds, new Seeded(name));
    const why = await faultOf(target, input, name);
    if (why === null) continue;
    const small = await shrink(input, async (smaller) => (await faultOf(target, smaller, name)) !== null);
    return { target: target.name, why: (await faultOf(target, small, name)) ?? why, input: small, number };
  }
  return null;
}

/** Null where everything holds. */
async function faultOf(target: Target, input: string, seed: string): Promise<string | null> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let times = 0; times < MEASURED && fastest > MAX_MS; times += 1) {
    const startedAt = threadMs();
    try {
      await target.check(input, new Seeded(`${seed}/check`));
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
    }
    fastest = Math.min(fastest, threadMs() - startedAt);
  }
  return fastest > MAX_MS ? `${input.length} characters took ${Math.round(fastest)} ms` : null;
}

/** Of a processor, so that a busy machine makes nothing slow. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Leaves out whatever can be left out while it still fails. */
async function shrink(input: string, fails: (smaller: string) => Promise<boolean>): Promise<string> {
  let small = input;
  let left = MAX_SHRINKS;
  const end = performance.now() + MAX_SHRINKING_MS;
  for (
    let size = Math.ceil(small.length / 2);
    size >= 1 && left > 0 && performance.now() < end;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < small.length && left > 0 && performance.now() < end; left -= 1) {
      const smaller = small.slice(0, at) + small.slice(at + size);
      if (await fails(smaller)) small = smaller;
      else at += size;
    }
  }
  return small;
}

// What a process group costs, by Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** How long each thread was on a processor so far, in nanoseconds, by its id. */
  readonly threads: ReadonlyMap<string, number>;
  /** Proportional: what is shared with others counts in part. */
  readonly memoryBytes: number;
}

/** Null where there is no /proc. */
export function usageOf(group: number, isOwn: (command: string) => boolean): Usage | null {
  if (process.platform !== 'linux') return null;
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => usageOfProcess(pid, group, isOwn) ?? []);
  return {
    threads: new Map(all.flatMap(({ threads }) => [...threads])),
    memoryBytes: all.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  };
}

/** What was used between two looks, in milliseconds. A thread that ended between them is not known of. */
export function cpuBetween(before: Usage, after: Usage): number {
  const used = [...after.threads].map(([thread, ns]) => ns - (before.threads.get(thread) ?? 0));
  return used.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

function usageOfProcess(pid: string, group: number, isOwn: (command: string) => boolean): Usage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[2]) !== group) return null;
    if (!isOwn(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))) return null;
    const memory = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    const threads = readdirSync(`/proc/${pid}/task`).map((thread): [string, number] => [
      thread,
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    ]);
    return { threads: new Map(threads), memoryBytes: Number(memory) * 1_024 };
  } catch {
    return null; // it has ended meanwhile
  }
}

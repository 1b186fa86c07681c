// What a process group costs, by Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time, in milliseconds. */
  readonly cpuMs: number;
  /** Proportional: what is shared with others counts in part. */
  readonly memoryBytes: number;
}

/** A tick of the kernel's clock, as /proc counts time on every Linux of today, in milliseconds. */
const TICK_MS = 10;

/** Null where there is no /proc. */
export function usageOf(group: number, isOwn: (command: string) => boolean): Usage | null {
  if (process.platform !== 'linux') return null;
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => usageOfProcess(pid, group, isOwn) ?? []);
  const sum = (pick: (usage: Usage) => number) => all.reduce((total, usage) => total + pick(usage), 0);
  return { cpuMs: sum(({ cpuMs }) => cpuMs), memoryBytes: sum(({ memoryBytes }) => memoryBytes) };
}

function usageOfProcess(pid: string, group: number, isOwn: (command: string) => boolean): Usage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[2]) !== group) return null;
    if (!isOwn(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))) return null;
    const memory = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      memoryBytes: Number(memory) * 1_024,
    };
  } catch {
    return null; // it has ended meanwhile
  }
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from './ledger.ts';
import { type Fault, rules } from './verdict.ts';

const MAX_FILES = 20;
const MAX_LINES = 400;

/** What was done and how much of it, a line each. */
export function table(ledger: Ledger): string {
  const rows = [...ledger.counts].sort(([a], [b]) => a.localeCompare(b));
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, count]) => `  ${name.padEnd(width)}  ${String(count).padStart(8)}`).join('\n');
}

/** The rules, whether each holds, and the closing line. */
export function verdictLines(faults: readonly Fault[], unsettled: readonly string[]): string[] {
  const lines = rules.map((rule) => {
    const broken = faults.filter((fault) => fault.rule === rule);
    return `${broken.length === 0 ? '✔' : '✖'} ${rule}${broken.length === 0 ? '' : `: ${broken.length} times`}`;
  });
  lines.push(`${unsettled.length === 0 ? '✔' : '✖'} everything owed comes once the network is whole again`);
  const failed = lines.filter((line) => line.startsWith('✖')).length;
  return [...lines, '', `${lines.length - failed} passed, ${failed} failed`];
}

/** Writes the last of what happened to each stream at fault, and to all that it depends on. */
export function writeStories(
  dir: string,
  ledger: Ledger,
  faults: readonly Fault[],
  unsettled: readonly string[],
): void {
  const told = new Map<string, string[]>();
  for (const { stream, rule, what } of faults)
    if (stream !== null) told.set(stream, [...(told.get(stream) ?? []), `${rule}: ${what}`]);
  for (const stream of unsettled) told.set(stream, [...(told.get(stream) ?? []), 'still waits for what it is owed']);
  for (const [stream, whats] of [...told].slice(0, MAX_FILES)) {
    const record = ledger.records.find((each) => each.stream === stream);
    const controller = stream.split('.', 1)[0];
    const concerned = [stream, 'relay', record?.host, controller];
    const story = ledger.story((to) => concerned.includes(to)).slice(-MAX_LINES);
    writeFileSync(join(dir, `${stream}.txt`), [...whats, '', ...story, ''].join('\n'));
  }
}

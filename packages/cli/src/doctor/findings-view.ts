import type { Result, Verdict } from './check.ts';

const SIGNS: Record<Verdict, string> = { pass: '✓', warn: '!', fail: '✗', skipped: '-' };

/** One check for a person: what was seen, and below it what to do. */
export function describeResult({ check, verdict, seen, advice }: Result): string {
  const line = `${SIGNS[verdict]} ${check.padEnd(12)} ${seen}`;
  return advice === null ? line : `${line}\n${' '.repeat(15)}→ ${advice}`;
}

/** All of them, in their order; those that are under way, too. */
export function describeAll(names: readonly string[], results: ReadonlyMap<string, Result>): string {
  return names
    .map((name) => {
      const result = results.get(name);
      return result === undefined ? `… ${name}` : describeResult(result);
    })
    .join('\n');
}

export function countOf(results: readonly Result[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { pass: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

export function describeCounts({ pass, warn, fail, skipped }: Record<Verdict, number>): string {
  if (fail === 0 && warn === 0) return `All is well: ${pass} passed, ${skipped} skipped.`;
  return `${fail} failed, ${warn} to look at, ${pass} passed, ${skipped} skipped.`;
}

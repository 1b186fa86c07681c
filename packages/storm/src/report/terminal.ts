import type { Scenario } from '../scenario/schema.ts';
import type { StormResult } from '../storm.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';

/** Values as a line of blocks, each the greatest of its part, `width` characters at most. */
export function sparkline(values: readonly number[], width: number, top = Math.max(...values)): string {
  const size = Math.max(1, Math.ceil(values.length / width));
  const parts = Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    Math.max(...values.slice(index * size, (index + 1) * size)),
  );
  return parts.map((value) => BLOCKS[top === 0 ? 0 : Math.round((value / top) * (BLOCKS.length - 1))] ?? '').join('');
}

/** How far a run is, in one line. */
export function progressBar(share: number, width: number): string {
  const full = Math.round(Math.min(1, share) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${String(Math.round(share * 100)).padStart(3)} %`;
}

const WIDTH = 60;

/** The load and the links of one run, over time. */
export function describeCurve(
  { policy, curve, steadyLoad, seconds, isComplete }: StormResult,
  scenario: Scenario,
): string {
  // on a logarithm, or a storm would make everything else flat
  const load = curve.asked.map((asked) => Math.log10(1 + asked / Math.max(steadyLoad, 1)));
  const stopped = isComplete ? '' : ` (stopped after ${seconds} of ${scenario.duration} simulated seconds)`;
  const most = Math.max(0, ...curve.asked);
  return [
    `${policy}${stopped}`,
    `  load    ${sparkline(load, WIDTH)}  at most ${most} requests a second, ${steadyLoad.toFixed(1)} in quiet times`,
    `  linked  ${sparkline([...curve.linked], WIDTH, 1)}  at least ${(Math.min(1, ...curve.linked) * 100).toFixed(1)} %`,
  ].join('\n');
}

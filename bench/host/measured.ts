// From what was measured to numbers with marks.
import { atMost, type Row, shown } from '../common/rows.ts';
import type { Idle } from './idle.ts';
import type { Reconnects } from './reconnects.ts';
import { type SubjectName, subjects } from './subject.ts';

export interface Measured {
  readonly idle: Record<SubjectName, Idle | null>;
  readonly reconnects: Record<SubjectName, Reconnects>;
}

const MIB = 1_024 * 1_024;

export function toRows({ idle, reconnects }: Measured): Row[] {
  const { holdfast, stock } = reconnects;
  const returns = holdfast.after.map((ms, index) => ({ nth: index + 1, ours: ms, theirs: stock.after[index] ?? 0 }));
  return [
    ...returns.map(({ nth, ours, theirs }) => atMost(0.5, `${drop(nth)}: median / stock`, ours / theirs, 'times')),
    ...idleMarks(idle),
    ...subjects.flatMap((name) => [
      ...reconnects[name].after.map((ms, index) => shown(`${drop(index + 1)}: ${name}, median`, ms, 'ms')),
      shown(`back after a drop: ${name}, slowest of all`, reconnects[name].slowest, 'ms'),
      shown(`connected after the start: ${name}, median`, reconnects[name].start, 'ms'),
    ]),
    ...subjects.flatMap((name) => idleRows(name, idle[name])),
  ];
}

const ORDINALS = ['first', 'second', 'third'];

function drop(nth: number): string {
  return `back after the ${ORDINALS[nth - 1] ?? `${nth}th`} drop`;
}

function idleMarks({ holdfast, stock }: Measured['idle']): Row[] {
  if (holdfast === null || stock === null) return [];
  return [
    atMost(120, 'idle: holdfast, CPU in a minute', holdfast.cpuMsPerMinute, 'ms'),
    atMost(2, 'idle: memory / stock', holdfast.memoryBytes / stock.memoryBytes, 'times'),
  ];
}

function idleRows(name: SubjectName, idle: Idle | null): Row[] {
  return [
    shown(`idle: ${name}, memory`, idle === null ? null : idle.memoryBytes / MIB, 'MiB'),
    ...(name === 'stock' || idle === null
      ? [shown(`idle: ${name}, CPU in a minute`, idle?.cpuMsPerMinute ?? null, 'ms')]
      : []),
  ];
}

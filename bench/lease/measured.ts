// From what was measured to numbers with marks.

import { atLeast, atMost, type Row, shown } from '../common/rows.ts';
import type { FastPath } from './fast.ts';
import type { StormResult } from './storm.ts';

export interface Measured {
  readonly fast: FastPath;
  readonly storms: readonly StormResult[];
}

export function toRows({ fast, storms }: Measured): Row[] {
  const labels = new Map(fast.tight.map(({ fast: { name, label } }) => [name, label]));
  const rows: Row[] = [];
  for (const { fast: one, ns, ratio } of fast.tight) {
    rows.push(shown(`fast path: ${one.label}`, ns, 'ns'));
    const against = `fast path: ${one.label} / ${labels.get(one.floor)}`;
    if (one.mark !== undefined) rows.push(atMost(one.mark, against, ratio, 'times'));
    else if (one.floor !== one.name) rows.push(shown(against, ratio, 'times'));
  }
  for (const { label, ns } of fast.alone) rows.push(shown(`fast path, a call that stands alone: ${label}`, ns, 'ns'));
  rows.push(...storms.flatMap(stormRows));
  return rows.map((row) => ({ ...row, name: row.name.replaceAll('`', '') }));
}

function stormRows({ scenario, subject, outcome }: StormResult): Row[] {
  const name = (what: string): string => `${scenario.title}: ${subject.label}: ${what}`;
  const marks = subject.package === null ? scenario.marks : null;
  if (outcome === null) return [shown(name('has no way to be told'), null, '')];
  const { requests, early, served, calls, slowestMs } = outcome;
  const throttled = scenario.answer.kind === 'status' && scenario.answer.retryAfterS !== undefined;
  const limited = (mark: number | undefined, what: string, value: number, unit: string): Row =>
    mark === undefined ? shown(name(what), value, unit) : atMost(mark, name(what), value, unit);
  return [
    limited(marks?.requests, 'requests', requests, 'requests'),
    ...(throttled ? [limited(marks?.early, 'requests before Retry-After had passed', early, 'requests')] : []),
    limited(marks?.notServed, 'calls not served', calls - served, 'calls'),
    limited(marks?.slowestMs, 'slowest acquire', slowestMs, 'ms'),
    ...(marks?.served === undefined ? [] : [atLeast(marks.served, name('calls served'), served, 'calls')]),
  ];
}

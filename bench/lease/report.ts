// The tables, as Markdown that reads well in a terminal.

import type { Row } from '../common/rows.ts';
import { measuredWhere, number, table } from '../common/table.ts';
import type { AloneResult, FastResult } from './fast.ts';
import type { Measured } from './measured.ts';
import { peerVersion } from './peer.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { StormResult } from './storm.ts';
import { subjects } from './subjects/index.ts';

export function report(measured: Measured, rows: readonly Row[], now: Date): string {
  return [
    measuredWhere(now),
    '### Marks',
    marksTable(rows),
    '### Fast path',
    fastTable(measured.fast.tight),
    'A call that stands alone: in a turn of the event loop of its own, 0.06 ms or more after the one before.',
    aloneTable(measured.fast.alone),
    ...scenarios.flatMap((scenario) => [
      `### Storm: ${scenario.title}`,
      stormTable(
        measured.storms.filter((result) => result.scenario === scenario),
        scenario,
      ),
    ]),
    '### Versions',
    versionsTable(),
  ].join('\n\n');
}

/** Units that the name of a row does not tell. */
const UNITS: Record<string, string> = { ms: ' ms', times: ' ×' };

function marksTable(rows: readonly Row[]): string {
  const marked = rows.flatMap(({ name, value, unit, mark, holds }) => {
    if (mark === null || value === null) return [];
    const bound = name.endsWith(' served') && !name.endsWith('not served') ? 'at least' : 'at most';
    return [[name, `${number(value)}${UNITS[unit] ?? ''}`, `${bound} ${mark}`, holds === true ? 'yes' : '**no**']];
  });
  return table(['What', 'Measured', 'Mark', 'Holds'], marked);
}

function fastTable(results: readonly FastResult[]): string {
  const label = new Map(results.map(({ fast }) => [fast.name, fast.label]));
  const lines = results.map(({ fast, ns, ratio }) => {
    const against = fast.floor === fast.name ? '' : `${number(ratio)} × ${label.get(fast.floor)}`;
    return [fast.label, `${number(ns)} ns`, against];
  });
  return table(['Call, in a tight loop', 'Median', 'Against its floor'], lines);
}

function aloneTable(results: readonly AloneResult[]): string {
  return table(
    ['Call, standing alone', 'Median'],
    results.map(({ label, ns }) => [label, `${number(ns)} ns`]),
  );
}

function stormTable(results: readonly StormResult[], { load }: Scenario): string {
  const slowest = load === 'refused' ? 'Slowest call' : 'Slowest acquire';
  const lines = results.map(({ subject, outcome }) => {
    const name = subject.package === null ? `**${subject.label}**` : subject.label;
    if (outcome === null) return [name, 'cannot be told of a refusal', '', ''];
    const { requests, early, calls, served, waiting, slowestMs } = outcome;
    const left = waiting === 0 ? '' : `, ${waiting} of them still waiting`;
    const took = `${waiting === 0 ? '' : 'over '}${number(slowestMs)} ms`;
    const tooEarly = early === 0 ? '' : `, ${early} before its time`;
    return [name, `${number(requests)}${tooEarly}`, `${number(calls - served)} of ${number(calls)}${left}`, took];
  });
  return table(['', 'Requests', 'Calls not served', slowest], lines);
}

function versionsTable(): string {
  const packages = new Set(subjects.flatMap(({ package: name }) => (name === null ? [] : [name])));
  return table(
    ['Package', 'Version'],
    [...packages].sort().map((name) => [`\`${name}\``, peerVersion(name)]),
  );
}

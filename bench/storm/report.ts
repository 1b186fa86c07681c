// The tables, as Markdown that reads well in a terminal.
import { COLUMNS, rowOf } from '@holdfast/storm';
import { report as reportRows } from '../common/report.ts';
import type { Row } from '../common/rows.ts';
import { number, table } from '../common/table.ts';
import type { Measured } from './measured.ts';

export function report({ runs, ablations, hosts }: Measured, rows: readonly Row[], now: Date): string {
  const scenarios = runs.map(({ scenario, results }) =>
    [`### ${scenario.name}`, scenario.about, table(COLUMNS, results.map(rowOf))].join('\n\n'),
  );
  const amount = (value: number | null): string => (value === null ? 'never' : number(value));
  const ideas = ablations.map(({ idea, ablation, scenario, figure, withIt, without }) => [
    `${idea} (${ablation})`,
    scenario,
    figure,
    amount(withIt),
    amount(without),
  ]);
  return [
    reportRows(rows, now),
    '### Each idea, and what goes without it',
    `${hosts} hosts here and below.`,
    table(['Idea (policy holdfast-…)', 'Scenario', 'Figure', 'With it', 'Without'], ideas),
    ...scenarios,
  ].join('\n\n');
}

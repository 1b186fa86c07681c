// The tables, as Markdown that reads well in a terminal.
import type { Row } from './rows.ts';
import { measuredWhere, number, table } from './table.ts';

/** Units that stand in another way than they are called. */
const UNITS: Record<string, string> = { times: '×' };

export function report(rows: readonly Row[], now: Date): string {
  const amount = ({ value, unit }: Row): string => (value === null ? '' : `${number(value)} ${UNITS[unit] ?? unit}`);
  const marked = rows.flatMap((row) => {
    if (row.mark === null) return [];
    const bound = row.name.includes('rate') ? 'at least' : 'at most';
    return [[row.name, amount(row), `${bound} ${row.mark}`, row.holds === true ? 'yes' : '**no**']];
  });
  const others = rows.filter(({ mark }) => mark === null).map((row) => [row.name, amount(row)]);
  return [
    measuredWhere(now),
    '### Marks',
    table(['What', 'Measured', 'Mark', 'Holds'], marked),
    '### All of it',
    table(['What', 'Measured'], others),
  ].join('\n\n');
}

import { parseInline } from './inline.ts';
import type { Block, Cell } from './tree.ts';

const DIVIDER = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const MOST_COLUMNS = 30;

export function isTableHead(line: string, next: string): boolean {
  return (
    line.includes('|') && next.includes('|') && DIVIDER.test(next) && cellsOf(next).length === cellsOf(line).length
  );
}

export function readTable(lines: readonly string[], at: number): { block: Block; lines: number } {
  const head = cellsOf(lines[at] ?? '');
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? '').includes('|')) end += 1;
  const row = (line: string): Cell[] => {
    const cells = cellsOf(line);
    return head.map((_, column) => parseInline(cells[column] ?? ''));
  };
  const block: Block = {
    type: 'table',
    head: head.map((cell) => parseInline(cell)),
    rows: lines.slice(at + 2, end).map(row),
  };
  return { block, lines: end - at };
}

function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner
    .split(/(?<!\\)\|/)
    .slice(0, MOST_COLUMNS)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

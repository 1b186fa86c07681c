import { availableParallelism } from 'node:os';

/** The day, and on what. */
export function measuredWhere(now: Date): string {
  const { platform, arch, version } = process;
  const where = `Node ${version.slice(1)}, ${platform} ${arch}, ${availableParallelism()} CPUs`;
  return `Measured ${now.toISOString().slice(0, 10)}; ${where}.`;
}

/** As a person reads it: three digits that matter, thousands apart. */
export function number(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Markdown that reads well in a terminal too. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row)].join('\n');
}

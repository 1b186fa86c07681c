/** An example of the manual: a fence that starts with ```ts and has an `id`, or continues one `after` which it stands. */
export interface Example {
  readonly name: string;
  /** With what it continues. */
  readonly code: string;
  /** What it prints, by its own comments. */
  readonly prints: readonly string[];
}

const FENCE = /^```(\S+)([^\n]*)\n(.*?)^```$/gms;
const PRINTED = /console\.log\(.*\)\)?; \/\/ (.*)$/gm;

export function readExamples(markdown: string): Example[] {
  const bases = new Map<string, string>();
  const examples: Example[] = [];
  for (const [, language, info = '', own = ''] of markdown.matchAll(FENCE)) {
    if (language !== 'ts') continue;
    const [, id] = / id=(\w+)/.exec(info) ?? [];
    const [, after] = / after=(\w+)/.exec(info) ?? [];
    const base = after === undefined ? '' : bases.get(after);
    if (base === undefined || (id ?? after) === undefined)
      throw new Error(`An example that nobody can find: \`\`\`ts${info}`);
    const code = base + own;
    if (id !== undefined) bases.set(id, code);
    const prints = [...code.matchAll(PRINTED)].map(([, line = '']) => line);
    examples.push({ name: id ?? `${after}-${examples.length}`, code, prints });
  }
  return examples;
}

/** The rows of the first table below a line that has `heading` in it, as the texts of their cells, without the header. */
export function readTable(markdown: string, heading: string): string[][] {
  const lines = markdown.slice(markdown.indexOf(heading)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  if (!markdown.includes(heading) || start === -1) throw new Error(`There is no table below "${heading}".`);
  const rows = lines.slice(start + 2, end).map((line) => line.slice(1, -1).split('|'));
  return rows.map((cells) => cells.map((cell) => cell.trim()));
}

/** What stands in backticks in a cell, without its arguments. */
export function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`(]+)[^`]*`/g)].map(([, name = '']) => name);
}

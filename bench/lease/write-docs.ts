import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../../docs/bench-lease.md', import.meta.url);
const BEGIN = '<!-- results: written by `npm run bench:lease -- --write` -->';
const END = '<!-- end of results -->';

/** Replaces the results in the documentation. @throws Error when the markers are not there */
export function writeDocs(results: string): void {
  const page = readFileSync(file, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`docs/bench-lease.md must contain ${BEGIN} and, after it, ${END}`);
  writeFileSync(file, `${page.slice(0, from)}${BEGIN}\n\n${results}\n\n${page.slice(to)}`);
}

import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Replaces the results on a page of the documentation.
 *
 * @param bench such as `lease`: written by `bench:lease` into `docs/bench-lease.md`
 * @throws Error when the markers are not there
 */
export function writeDocs(bench: string, results: string): void {
  const name = `docs/bench-${bench}.md`;
  const file = new URL(`../../${name}`, import.meta.url);
  const begin = `<!-- results: written by \`npm run bench:${bench} -- --write\` -->`;
  const end = '<!-- end of results -->';
  const page = readFileSync(file, 'utf8');
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${name} must contain ${begin} and, after it, ${end}`);
  writeFileSync(file, `${page.slice(0, from)}${begin}\n\n${results}\n\n${page.slice(to)}`);
}

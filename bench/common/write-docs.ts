import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Replaces the results on a page of the documentation.
 *
 * @param bench such as `lease`: written by `bench:lease` into `docs/bench-lease.md`
 * @throws Error when the markers are not there
 */
export function writeDocs(bench: string, results: string): void {
  writeSection(`docs/bench-${bench}.md`, `bench:${bench} -- --write`, results);
}

/**
 * Replaces what one command writes on a page, between its markers.
 *
 * @param page from the repository's root
 * @param command of npm, which the marker names
 * @throws Error when the markers are not there
 */
export function writeSection(page: string, command: string, results: string): void {
  const file = new URL(`../../${page}`, import.meta.url);
  const begin = `<!-- results: written by \`npm run ${command}\` -->`;
  const end = '<!-- end of results -->';
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`${page} must contain ${begin} and, after it, ${end}`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${results}\n\n${text.slice(to)}`);
}

// Makes of every public package what is published: `build/NAME`, JavaScript with types, ready for `npm pack`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPage } from './page.mjs';

interface Manifest {
  name: string;
  private?: boolean;
  exports?: Record<string, string>;
  bin?: Record<string, string>;
}

const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(`${root}build`, { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', `${root}tsconfig.build.json`], { stdio: 'inherit' });
if (status !== 0 || !buildPage()) process.exit(1);

for (const name of readdirSync(`${root}packages`)) {
  const from = `${root}packages/${name}`;
  const to = `${root}build/${name}`;
  const manifest = JSON.parse(readFileSync(`${from}/package.json`, 'utf8')) as Manifest; // our own file
  if (manifest.private === true) continue;
  writeFileSync(`${to}/package.json`, `${JSON.stringify(forPublishing(manifest), null, 2)}\n`);
  cpSync(`${root}LICENSE`, `${to}/LICENSE`);
  for (const extra of ['README.md', 'bin']) {
    if (existsSync(`${from}/${extra}`)) cpSync(`${from}/${extra}`, `${to}/${extra}`, { recursive: true });
  }
  if (name === 'cli') cpSync(`${root}packages/console/dist`, `${to}/page`, { recursive: true });
  process.stdout.write(`built build/${name} (${manifest.name})\n`);
}

/** In the checkout, exports name TypeScript, which Node runs as it is; not so below node_modules. */
function forPublishing(manifest: Manifest): object {
  const exports = Object.entries(manifest.exports ?? {}).map(([path, source]) => {
    const built = source.replace(/\.ts$/, '');
    return [path, { types: `${built}.d.ts`, default: `${built}.js` }];
  });
  return { ...manifest, ...(exports.length === 0 ? {} : { exports: Object.fromEntries(exports) }) };
}

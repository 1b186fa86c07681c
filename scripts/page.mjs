// Builds the page that a relay serves, packages/console/dist, when what it is built from has changed. Written for any Node, like
// setup.mjs, which calls it; the building itself is done by the pinned Node.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'packages/console');
const stampFile = join(page, 'dist/.built-from');
const sources = ['packages/console', 'packages/controller/src', 'packages/wire/src', 'package-lock.json'];
const notSources = new Set(['dist', 'node_modules', 'test', 'README.md']);

/** @returns {boolean} whether there is an up to date page now */
export function buildPage() {
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return true;
  process.stderr.write('Building the page (after each change to it)…\n');
  const windows = process.platform === 'win32';
  const { status, error } = spawnSync(
    join(root, 'node_modules/.bin', windows ? 'node.cmd' : 'node'),
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn', page],
    { cwd: page, stdio: ['ignore', 2, 2], shell: windows },
  );
  if (status !== 0) {
    process.stderr.write(
      `The page was not built${error ? `: ${error.message}` : `; vite ended with code ${status}`}.\n`,
    );
    return false;
  }
  writeFileSync(stampFile, wanted);
  return true;
}

/** Of contents, not of times: a checkout sets those as it likes. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const source of sources) add(hash, source);
  return hash.digest('hex');
}

function add(hash, path) {
  const file = join(root, path);
  let entries;
  try {
    entries = readdirSync(file, { withFileTypes: true });
  } catch {
    hash.update(`${path}\0`).update(readFileSync(file));
    return;
  }
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!notSources.has(name)) add(hash, `${path}/${name}`);
  }
}

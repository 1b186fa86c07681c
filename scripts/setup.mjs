// Installs what the lock file names, when it is not installed yet, and builds the page, when it has changed.
// With --browser also the browser that tests need. Written for any Node, since it runs before the pinned one is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installBrowser } from './browser.mjs';
import { buildPage } from './page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.holdfast-installed`;
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex');
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';

if (installed !== wanted) {
  process.stderr.write('Installing dependencies (once)…\n');
  const { status, error } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(
      `npm ci failed${error ? `: ${error.message}` : ` with exit code ${status}`}; its output is above.\n`,
    );
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
}

// without a page everything else works, and the relay says that it has none
buildPage();
if (process.argv.includes('--browser')) installBrowser();

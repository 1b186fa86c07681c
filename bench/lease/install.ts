// Installs the peers when they are not there yet, or not those of the lock file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** @throws Error that says what to do, when they cannot be installed */
export function installPeers(say: (what: string) => void): void {
  const stamp = `${folder}node_modules/.installed`;
  const wanted = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing the peers (once)');
  const options = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  const { status, error } = spawnSync('npm', ['ci', ...options], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    const why = error?.message ?? `exit code ${status}`;
    throw new Error(
      `The peers could not be installed (${why}). Their registry has to be in reach, once: npm ci in ${folder}`,
    );
  }
  writeFileSync(stamp, wanted);
}

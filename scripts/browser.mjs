// Installs the browser that the page is tested in, where apt can. Written for any Node, like setup.mjs, which calls it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROGRAM = '/usr/bin/chromium';

/** Does nothing where it cannot: the tests say what is missing, and skip, or under CI fail. */
export function installBrowser() {
  if (process.env.HOLDFAST_CHROMIUM || existsSync(PROGRAM)) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  process.stderr.write('Installing chromium (once)…\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
  ];
  for (const words of steps) {
    if (spawnSync('apt-get', words, { stdio: ['ignore', 2, 2], env }).status !== 0) return;
  }
}

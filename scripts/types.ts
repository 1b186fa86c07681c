// Checks every type: the whole tree with Node's types, the browser-safe packages without them, the page with a browser's.
import { spawnSync } from 'node:child_process';

const projects = ['tsconfig.json', 'packages/lease', 'packages/wire', 'packages/controller', 'packages/console'];
let failed = false;
for (const project of projects) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

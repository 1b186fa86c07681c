// Checks every type twice over: the whole tree with Node's types, and the browser-safe packages without them.
import { spawnSync } from 'node:child_process';

const projects = ['tsconfig.json', 'packages/lease', 'packages/wire', 'packages/controller'];
let failed = false;
for (const project of projects) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

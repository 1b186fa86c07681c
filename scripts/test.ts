// Runs a suite of tests: `node scripts/test.ts [--suite default|codex] [FILE…]`.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const suites: Record<string, string[]> = {
  default: ['packages/*/test/**/*.test.ts', 'test/e2e/**/*.test.ts'],
  codex: ['test/codex/**/*.test.ts'],
};

const { values, positionals } = parseArgs({
  options: { suite: { type: 'string', default: 'default' } },
  allowPositionals: true,
});
const files = positionals.length > 0 ? positionals : suites[values.suite];
if (files === undefined) {
  process.stderr.write(`No suite is called ${values.suite}; there are: ${Object.keys(suites).join(', ')}.\n`);
  process.exit(2);
}
// Most tests wait on sockets and processes, so more of them than cores run at once.
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=4', '--test-timeout=120000', ...files], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

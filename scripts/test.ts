// Runs a suite of tests: `node scripts/test.ts [--suite default|codex|faults] [FILE…]`.
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The slowest first: they wait out whole lives of a token, while the others run beside them. */
const suites: Record<string, string[]> = {
  default: [
    'test/e2e/seed-*.test.ts',
    'test/e2e/*.test.ts',
    'test/{chaos,fuzz,security}/*.test.ts',
    'packages/*/test/**/*.test.ts',
  ],
  codex: ['test/codex/*.test.ts'],
  browser: ['test/browser/*.test.ts'],
  soak: ['packages/*/soak/*.test.ts'],
  faults: ['test/faults/restarted-*.test.ts', 'test/faults/*.test.ts'],
};

/** Most tests wait on sockets and processes, so more of them than cores run at once. */
const CONCURRENCY = 4;
const TIMEOUT_MS = 150_000;
/** Of the whole suite: a file whose tests are over and whose process does not end would be waited for without end. */
const SUITE_TIMEOUT_MS = 600_000;

const { values, positionals } = parseArgs({
  options: { suite: { type: 'string', default: 'default' } },
  allowPositionals: true,
});
const globs = positionals.length > 0 ? positionals : suites[values.suite];
if (globs === undefined) {
  process.stderr.write(`No suite is called ${values.suite}; there are: ${Object.keys(suites).join(', ')}.\n`);
  process.exit(2);
}
const files = [...new Set(globs.flatMap((pattern) => globSync(pattern).sort().reverse()))];
if (files.length === 0) {
  process.stderr.write(`There is no test at ${globs.join(', ')}.\n`);
  process.exit(2);
}

// Tests start hundreds of processes of the same modules: what one has stripped of its types and compiled, the next takes from there.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../.cache/compile', import.meta.url));

const events = run({ files, concurrency: CONCURRENCY, timeout: TIMEOUT_MS });
events.on('test:fail', () => {
  process.exitCode = 1;
});
setTimeout(() => {
  process.stderr.write(
    `The suite did not end within ${SUITE_TIMEOUT_MS / 60_000} minutes; the file after the last result above hangs.\n`,
  );
  process.exit(1);
}, SUITE_TIMEOUT_MS).unref();
events.compose(new spec()).pipe(process.stdout);

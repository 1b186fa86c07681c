// Breaks the lease one line at a time and runs its tests against each: `node packages/lease/mutation/main.ts [--json]`.
import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faults, type SeededFault } from './faults.ts';

type Verdict = 'noticed' | 'survived' | 'misfit';

const lease = fileURLToPath(new URL('..', import.meta.url));
/** Below the checkout, so that what the tests import is found. */
const room = fileURLToPath(new URL('../../../.cache/mutants', import.meta.url));
/** The manual's tests compile it, and say nothing of behaviour. */
const LEFT_OUT = /^(readme|types)/;
const PARALLEL = 2;
/** A mutant that hangs is noticed too. */
const TIMEOUT_MS = 120_000;

const json = process.argv.includes('--json');
const verdicts = new Map<SeededFault, Verdict>();

rmSync(room, { recursive: true, force: true });
const untouched = await judge(null, 'untouched');
if (untouched !== 'survived') {
  process.stderr.write('The tests fail without any fault; mend that first.\n');
  process.exit(1);
}
const queue = [...faults.entries()];
await Promise.all(Array.from({ length: PARALLEL }, work));
rmSync(room, { recursive: true, force: true });
report();

async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [number, fault] = next;
    const verdict = await judge(fault, String(number));
    verdicts.set(fault, verdict);
    if (!json) process.stdout.write(`${verdict.padEnd(9)} ${fault.breaks} (${fault.file})\n`);
  }
}

async function judge(fault: SeededFault | null, name: string): Promise<Verdict> {
  const copy = join(room, name, 'lease');
  mkdirSync(copy, { recursive: true });
  cpSync(join(lease, '../testkit/src/manual-clock.ts'), join(room, name, 'testkit/src/manual-clock.ts'));
  for (const part of ['src', 'test', 'package.json']) cpSync(join(lease, part), join(copy, part), { recursive: true });
  if (fault !== null) {
    const file = join(copy, 'src', fault.file);
    const source = readFileSync(file, 'utf8');
    if (source.split(fault.find).length !== 2) return 'misfit';
    writeFileSync(
      file,
      source.replace(fault.find, () => fault.replace),
    );
  }
  const tests = globSync('test/*.test.ts', { cwd: copy }).filter((path) => !LEFT_OUT.test(path.slice('test/'.length)));
  const failed = await fails(copy, tests);
  rmSync(join(room, name), { recursive: true, force: true });
  return failed ? 'noticed' : 'survived';
}

/** Whether a test fails, as soon as one does. */
function fails(cwd: string, tests: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['--test', '--test-reporter=tap', '--test-concurrency=2', ...tests];
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const settle = (failed: boolean) => {
      clearTimeout(timer);
      resolve(failed);
      killGroup(child.pid);
    };
    const timer = setTimeout(() => settle(true), TIMEOUT_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (/^\s*not ok /m.test(text)) settle(true);
    });
    child.on('exit', (code) => settle(code !== 0));
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // all of it has ended
  }
}

function report(): void {
  const count = (wanted: Verdict) => [...verdicts.values()].filter((verdict) => verdict === wanted).length;
  const score = count('noticed') / faults.length;
  if (json) {
    const rows = [...verdicts].map(([{ breaks, file }, verdict]) => ({ breaks, file, verdict }));
    process.stdout.write(`${JSON.stringify({ score, rows })}\n`);
  } else {
    process.stdout.write(
      `\n${count('noticed')} of ${faults.length} seeded faults are noticed (${Math.round(score * 100)} %).\n`,
    );
  }
  if (score < 1) process.exitCode = 1;
}

// Measures every fault, the stock binary beside ours, and writes docs/faults.md: `node scripts/faults.ts`. Takes some minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STOCK_CODEX_VERSION, stockCodexPath } from '@holdfast/testkit';
import { faults, type Measured } from '../test/faults/support/faults.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const collected = mkdtempSync(join(tmpdir(), 'holdfast-faults-'));
try {
  await stockCodexPath(); // fetched once, not by each test
  const { status } = spawnSync(process.execPath, ['scripts/test.ts', '--suite', 'faults'], {
    cwd: root,
    env: { ...process.env, HOLDFAST_FAULTS_DIR: collected },
    stdio: 'inherit',
  });
  if (status === 0) writeFileSync(join(root, 'docs', 'faults.md'), page());
  else process.stderr.write('docs/faults.md was left as it is, since a fault has failed.\n');
  process.exitCode = status ?? 1;
} finally {
  rmSync(collected, { recursive: true, force: true });
}

function page(): string {
  const rows = Object.entries(faults).map(([name, { fault, mark }]) => {
    const { ours, stock } = read(name);
    const file = `[${name}](../test/faults/${name}.test.ts)`;
    return `| ${fault}<br>${file} | ${mark} | ${ours} | ${stock ?? 'not measured'} |`;
  });
  return `# Faults

What a host does while its relay, its network or its supervisor misbehaves. Each row is one test file: a real \`holdfast host\` process, over real
sockets, against an authority that answers as the row says. Beside it, in the same run and against an authority that answers the same, the stock
\`codex\` ${STOCK_CODEX_VERSION}, where it can stand there.

Written by \`node scripts/faults.ts\` on ${today()} (Node ${process.version}, ${process.platform}, ${cpus().length} cores). \`npm run test:faults\` checks our column against the marks, without
the stock binary. Times say how long after the cut a new link was open; they
are of one run, and waits are random.

| fault | mark | Holdfast | stock codex |
|---|---|---|---|
${rows.join('\n')}

In the rows where refresh hangs, is malformed or is reset, the token of our host lives 48 s and the link is cut in its last third; the stock binary renews in the
last 5 minutes of a token's life, so a token of 4 minutes puts it there from the start.
`;
}

function read(name: string): Measured {
  const path = join(collected, `${name}.json`);
  if (!existsSync(path)) throw new Error(`Nothing was measured for ${name}.`);
  return JSON.parse(readFileSync(path, 'utf8')) as Measured; // written by the suite's own record()
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

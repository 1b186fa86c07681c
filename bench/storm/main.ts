// Runs the published storms; docs/bench-storm.md has the tables, docs/storms.md says what they mean.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchOptions, runBench, say, show } from '../common/command.ts';
import { writeDocs, writeSection } from '../common/write-docs.ts';
import { runAblations } from './ablation-runs.ts';
import { runFast } from './fast.ts';
import { toRows } from './measured.ts';
import { pictures } from './pictures.ts';
import { runForReal } from './real.ts';
import { report } from './report.ts';
import { runScenarios } from './scenario-runs.ts';

const USAGE = `npm run bench:storm -- [--json] [--quick] [--write] [--hosts N] [--real]
  --json   the numbers as JSON on stdout, in place of the tables
  --quick  a tenth of the hosts: a look, not a measurement
  --write  writes the tables into docs/bench-storm.md too, and the pictures of docs/storms.md
  --hosts  how many hosts in the tables; 2000 by default
  --real   in place of all that: real hosts at a real relay, and the same simulated; --write into docs/storms.md
`;

/** Real hosts of one machine: each holds a socket and four files open, and 1,000 share a process. */
const MOST_REAL = 5_000;
/** Of the run that is timed. */
const MANY = 100_000;

const { values } = parseArgs({
  options: {
    ...benchOptions,
    hosts: { type: 'string', default: '2000' },
    real: { type: 'boolean', default: false },
  },
});

await runBench(values.help, USAGE, main);

async function main(): Promise<void> {
  const asked = Number(values.hosts);
  if (!Number.isInteger(asked) || asked < 100 || asked > 100_000) {
    throw new Error(`--hosts is ${values.hosts}; it must be a whole number from 100 to 100000`);
  }
  const scale = values.quick ? 0.1 : 1;
  const hosts = Math.max(100, Math.round(asked * scale));
  if (values.real) return forReal(hosts);
  // first and on its own: it is the one that is timed
  say(`${MANY * scale} hosts`);
  const fast = await runFast(MANY * scale);
  const runs = await runScenarios(hosts, say);
  const ablations = await runAblations(hosts, say);
  const measured = { fast, runs, ablations, hosts };
  const rows = toRows(measured);
  const tables = report(measured, rows, new Date());
  if (values.write) {
    writeDocs('storm', tables);
    for (const { file, svg } of pictures(runs))
      writeFileSync(new URL(`../../docs/images/${file}`, import.meta.url), svg);
  }
  show(values.json, rows, tables);
}

async function forReal(hosts: number): Promise<void> {
  if (hosts > MOST_REAL) throw new Error(`--hosts is ${hosts}; with --real it is at most ${MOST_REAL}`);
  const { rows, report } = await runForReal(hosts, say);
  if (values.write) writeSection('docs/storms.md', 'bench:storm -- --real --write', report);
  show(values.json, rows, report);
}

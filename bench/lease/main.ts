// Compares the lease with its peers and with what the platform itself costs; docs/bench-lease.md says how, and what it means.
import { parseArgs } from 'node:util';
import { benchOptions, runBench, say, show } from '../common/command.ts';
import { writeDocs } from '../common/write-docs.ts';
import { runFastPath } from './fast.ts';
import { installPeers } from './install.ts';
import { type Measured, toRows } from './measured.ts';
import { report } from './report.ts';
import { runStorms } from './storm.ts';

const USAGE = `npm run bench:lease -- [--json] [--quick] [--write]
  --json   the numbers as JSON on stdout, in place of the tables
  --quick  fewer rounds and shorter storms: a look, not a measurement
  --write  writes the tables into docs/bench-lease.md too
`;

const { values } = parseArgs({
  options: benchOptions,
});

/** Long enough for every peer's own retries within a call, 8 s at most, to have an end. */
const FULL = { rounds: 200, storm: { forMs: 6_000, graceMs: 4_000 } };
const QUICK = { rounds: 20, storm: { forMs: 2_000, graceMs: 1_000 } };

await runBench(values.help, USAGE, main);

async function main(): Promise<void> {
  installPeers(say);
  const { rounds, storm } = values.quick ? QUICK : FULL;
  // The fast path first and on its own: it is the one that notices other processes.
  const fast = await runFastPath(rounds, say);
  const measured: Measured = { fast, storms: await runStorms(storm, say) };
  const rows = toRows(measured);
  const tables = report(measured, rows, new Date());
  if (values.write) writeDocs('lease', tables);
  show(values.json, rows, tables);
}

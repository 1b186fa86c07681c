// Compares the host with the stock binary; docs/bench-host.md says how, and what it means.
import { parseArgs } from 'node:util';
import { benchOptions, runBench, say, show } from '../common/command.ts';
import { report } from '../common/report.ts';
import { writeDocs } from '../common/write-docs.ts';
import { compareIdle } from './idle.ts';
import { toRows } from './measured.ts';
import { compareReconnects } from './reconnects.ts';

const USAGE = `npm run bench:host -- [--json] [--quick] [--write]
  --json   the numbers as JSON on stdout, in place of the tables
  --quick  one round, and a short rest: a look, not a measurement
  --write  writes the tables into docs/bench-host.md too
`;

const { values } = parseArgs({
  options: benchOptions,
});

const FULL = { rounds: 7, cuts: 3, idleMs: 120_000 };
const QUICK = { rounds: 1, cuts: 2, idleMs: 10_000 };

await runBench(values.help, USAGE, main);

async function main(): Promise<void> {
  const { rounds, cuts, idleMs } = values.quick ? QUICK : FULL;
  say('idle');
  const idle = await compareIdle(idleMs);
  say('links that drop');
  const reconnects = await compareReconnects(rounds, cuts);
  const rows = toRows({ idle, reconnects });
  const tables = report(rows, new Date());
  if (values.write) writeDocs('host', tables);
  show(values.json, rows, tables);
}

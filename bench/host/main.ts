// Compares the host with the stock binary; docs/bench-host.md says how, and what it means.
import { parseArgs } from 'node:util';
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
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const FULL = { rounds: 7, cuts: 3, idleMs: 120_000 };
const QUICK = { rounds: 1, cuts: 2, idleMs: 10_000 };

if (values.help) process.stdout.write(USAGE);
else await main().catch(fail);

async function main(): Promise<void> {
  const { rounds, cuts, idleMs } = values.quick ? QUICK : FULL;
  say('idle');
  const idle = await compareIdle(idleMs);
  say('links that drop');
  const reconnects = await compareReconnects(rounds, cuts);
  const rows = toRows({ idle, reconnects });
  const tables = report(rows, new Date());
  if (values.write) writeDocs('host', tables);
  process.stdout.write(values.json ? `${JSON.stringify({ rows })}\n` : `${tables}\n`);
}

function say(what: string): void {
  process.stderr.write(`${what}…\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`The bench could not be run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

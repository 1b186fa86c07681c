// Compares the relay with two bare websockets; docs/bench-relay.md says how, and what it means.
import { parseArgs } from 'node:util';
import { benchOptions, runBench, say, show } from '../common/command.ts';
import { report } from '../common/report.ts';
import type { Row } from '../common/rows.ts';
import { writeDocs } from '../common/write-docs.ts';
import { compareCrowds } from './crowds.ts';
import { measureDurable } from './durable.ts';
import { withField } from './field.ts';
import { compareLatency } from './latency.ts';
import { crowdRows, loadRows, stormRows } from './measured.ts';
import { measureStorms } from './storm.ts';
import { compareThroughput } from './throughput.ts';

const USAGE = `npm run bench:relay -- [--json] [--quick] [--only PART | --write]
  --json   the numbers as JSON on stdout, in place of the tables
  --quick  fewer and shorter rounds, a tenth of the crowd: a look, not a measurement
  --only   loads, crowd or storm: that part alone
  --write  writes the tables into docs/bench-relay.md too
`;

const { values } = parseArgs({
  options: {
    ...benchOptions,
    only: { type: 'string' },
  },
});

const FULL = {
  pairs: 4,
  load: { rounds: 7, forMs: 2_000 },
  crowd: { links: 10_000, rounds: 5 },
  storm: { hosts: 5_000, rounds: 3 },
};
const QUICK = {
  pairs: 4,
  load: { rounds: 3, forMs: 700 },
  crowd: { links: 1_000, rounds: 1 },
  storm: { hosts: 500, rounds: 1 },
};

/** Short, since all of it is fetched again; as much as the mailbox of a stream may hold is there long before. */
const DURABLE = { rounds: 3, forMs: 500 };

const { pairs, load, crowd, storm } = values.quick ? QUICK : FULL;

const PARTS: Readonly<Record<string, () => Promise<Row[]>>> = {
  loads: () =>
    withField(pairs, async (field) => {
      say('512-byte messages');
      const messages = await compareThroughput(field, 'message', load);
      say('100 KiB chunks');
      const chunks = await compareThroughput(field, 'chunk', load);
      say('latency');
      const latency = await compareLatency(field, load);
      say('durable paths');
      return loadRows({ messages, chunks, latency, durable: await measureDurable(field, DURABLE) });
    }),
  crowd: async () => {
    say('idle links');
    return crowdRows(await compareCrowds(crowd.links, crowd.rounds), crowd.links);
  },
  storm: async () => {
    say('all hosts cut at once');
    return stormRows(await measureStorms(storm.hosts, storm.rounds), storm.hosts);
  },
};

await runBench(values.help, USAGE, main);

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const measure of partsToMeasure()) rows.push(...(await measure()));
  const tables = report(rows, new Date());
  if (values.write) writeDocs('relay', tables);
  show(values.json, rows, tables);
}

function partsToMeasure(): (() => Promise<Row[]>)[] {
  if (values.only === undefined) return Object.values(PARTS);
  if (values.write) throw new Error('--write wants all parts, so it does not go with --only');
  const part = Object.hasOwn(PARTS, values.only) ? PARTS[values.only] : undefined;
  if (part === undefined)
    throw new Error(`--only knows no ${values.only}: it is one of ${Object.keys(PARTS).join(', ')}`);
  return [part];
}

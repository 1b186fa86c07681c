// Drives hosts, controllers and faults at random against a real relay, and checks every message against a ledger:
// `npm run test:chaos -- [--minutes N] [--seed S]`. What is chosen is the same for the same seed; what comes of it depends on the machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Seeded } from '@holdfast/testkit';
import { mistaken, readOptions } from '../command-line.ts';
import { Inflict } from './inflict.ts';
import { readJournals } from './journals.ts';
import { Ledger } from './ledger.ts';
import { plan } from './plan.ts';
import { bounds } from './relay-process.ts';
import { table, verdictLines, writeStories } from './report.ts';
import { judge, wasRestarted } from './verdict.ts';
import { cast, World } from './world.ts';

/** What is owed has to be there this long after the last fault; a dead link that has to be found out takes up to 70 s of it. */
const SETTLE_MS = 150_000;

const USAGE = 'npm run test:chaos -- [--minutes N] [--seed S]';
const values = readOptions({ minutes: { type: 'string', default: '5' }, seed: { type: 'string' } }, USAGE);
const minutes = Number(values.minutes);
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 32));
if (!(minutes > 0 && minutes <= 24 * 60))
  mistaken(`--minutes is a number above 0 and at most 1440, not ${values.minutes}.`, USAGE);

const runMs = minutes * 60_000;
const startedAt = performance.now();
const ledger = new Ledger(() => performance.now() - startedAt);
const random = new Seeded(seed);
const dir = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
const world = new World(dir, { ledger, random });
process.stdout.write(`chaos for ${minutes} min, seed ${seed}\n`);

let crashed: unknown;
const unsettled: string[] = [];
try {
  await world.start();
  const inflict = new Inflict(world, ledger);
  for (const { afterMs, fault } of plan(random.fork('plan'), cast, runMs)) {
    await delay(afterMs);
    inflict.begin(fault);
  }
  await inflict.over();
  for (const chatter of world.chatters.values()) chatter.finish();
  unsettled.push(...(await settle()));
} catch (error) {
  crashed = error;
}
await world.close();
for (const { cuts } of world.networks.values()) ledger.count('connections cut', cuts);
ledger.lives.push(...readJournals(world.journals));
ledger.count(
  'messages heard by agents',
  ledger.lives.reduce((sum, { heard }) => sum + heard.length, 0),
);
ledger.count(
  'messages said by agents',
  ledger.lives.reduce((sum, { said }) => sum + said, 0),
);

const reset = ledger.records.filter((record) => record.ending === 'gone' && !wasRestarted(record, ledger));
ledger.count('streams reset by an overflow', reset.length);
const faults = judge(ledger, bounds.streamBytes);
process.stdout.write(`\n${table(ledger)}\n\n${verdictLines(faults, unsettled).join('\n')}\n`);
if (faults.length > 0 || unsettled.length > 0 || crashed !== undefined) {
  process.exitCode = 1;
  writeStories(dir, ledger, faults, unsettled);
  for (const [name, text] of world.logs()) writeFileSync(join(dir, `${name}.log`), text);
  for (const { rule, stream, what } of faults.slice(0, 20)) process.stderr.write(`${rule}: ${stream}: ${what}\n`);
  for (const stream of unsettled) process.stderr.write(`still waiting: ${stream}\n`);
  if (crashed !== undefined)
    process.stderr.write(`the test itself failed: ${crashed instanceof Error ? crashed.stack : crashed}\n`);
  process.stderr.write(`seed ${seed}; logs, journals, databases and the last of each stream at fault are in ${dir}\n`);
} else {
  rmSync(dir, { recursive: true, force: true });
}

/** Waits for all that is owed. @returns what never came */
async function settle(): Promise<string[]> {
  for (const end = performance.now() + SETTLE_MS; ; await delay(50)) {
    const waiting = [...world.chatters.values()].flatMap((chatter) => chatter.waiting());
    for (const host of world.rawHosts.values()) if (host.unackedVoid > 0) waiting.push(`${host.name}, into the void`);
    if (waiting.length === 0 || performance.now() > end) return waiting;
  }
}

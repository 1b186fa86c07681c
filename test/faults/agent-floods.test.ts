import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAuthority } from '@holdfast/testkit';
import { type HostProcess, startHost } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { START_PATIENCE_MS } from './support/subjects.ts';

const NAME = 'agent-floods';
const MIB = 1024 * 1024;
/** A line of 100 MiB is kept until it turns out to be longer; then the collector has to come by. */
const MOST_MIB = 400;

async function memoryOf(host: HostProcess): Promise<number> {
  const { text } = Object(await host.call('holdfast/metrics'));
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]) / MIB;
}

test(faults[NAME].fault, async (t) => {
  const authority = await startAuthority();
  t.after(() => authority.close());
  const agent = [process.execPath, fileURLToPath(new URL('support/flooding-agent.ts', import.meta.url))];
  const host = startHost(t, { relay: authority.base, agent });
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  const flooded = authority.openStream();
  const other = authority.openStream();
  await Promise.all([flooded.request('initialize'), other.request('initialize')]);
  const before = await memoryOf(host);
  let most = before;
  let isOver = false;
  const flood = flooded.request('flood', {}, { timeoutMs: 60_000 }).then(() => {
    isOver = true;
  });
  while (!isOver) {
    most = Math.max(most, await memoryOf(host));
    await other.request('still there?');
  }
  await flood;
  assert.ok(most - before < MOST_MIB, `${most - before} MiB more`);
  await record(NAME, `the other stream is answered; at most ${Math.round(most - before)} MiB more`);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS } from './support/refresh-fault.ts';
import { ours, START_PATIENCE_MS, Stage, type Start, stock, timeToReconnect } from './support/subjects.ts';

const NAME = 'pairing-hangs-link-drops';
const PATIENCE_MS = 45_000;

async function measure(t: TestContext, start: Start): Promise<number | null> {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const host = await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.set('pair', answer.hang());
  host.pair().catch(() => {}); // it is given up when the host is
  await authority.waitForRequests('pair', 1, { timeoutMs: START_PATIENCE_MS });
  return timeToReconnect(authority, link, PATIENCE_MS);
}

test(faults[NAME].fault, async (t) => {
  const ms = await measure(t, ours);
  assert.ok(ms !== null && ms < AT_ONCE_MS, `${ms} ms`);
  await record(NAME, reconnected(ms, PATIENCE_MS), async () => reconnected(await measure(t, stock), PATIENCE_MS));
});

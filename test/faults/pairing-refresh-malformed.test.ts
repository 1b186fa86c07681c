import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { ours, refusals, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'pairing-refresh-malformed';
const CALLS = 20;

/** A host that has its identity and no token yet: it has to refresh. */
async function measure(t: TestContext, start: Start): Promise<number> {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const first = await stage.host();
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  await first.stop();
  authority.set('refresh', answer.malformed());
  const host = await stage.host();
  const refused = await refusals(Array.from({ length: CALLS }, () => host.pair()));
  assert.equal(refused, CALLS);
  return authority.counts('refresh');
}

test(faults[NAME].fault, async (t) => {
  const refreshes = await measure(t, ours);
  assert.equal(refreshes, 1);
  await record(NAME, `refreshes: ${refreshes}`, async () => `refreshes: ${await measure(t, stock)}`);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { ours, pass, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'network-swallows';
const PATIENCE_MS = 100_000;

async function measure(t: TestContext, start: Start): Promise<number | null> {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const { proxy } = await stage.hostBehindProxy();
  await pass(2_000); // until the host knows of its link too
  proxy.halfOpen();
  const from = performance.now();
  const next = await authority.waitForLink(2, { timeoutMs: PATIENCE_MS }).catch(() => null);
  return next === null ? null : performance.now() - from;
}

test(faults[NAME].fault, async (t) => {
  const ms = await measure(t, ours);
  assert.ok(ms !== null, `not within ${PATIENCE_MS} ms`);
  await record(NAME, reconnected(ms, PATIENCE_MS), async () => reconnected(await measure(t, stock), PATIENCE_MS));
});

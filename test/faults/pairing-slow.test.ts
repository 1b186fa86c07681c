import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { faults } from './support/faults.ts';
import { record, span } from './support/record.ts';
import { ours, refusals, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'pairing-slow';
const CALLS = 50;

/** @returns the milliseconds that all calls took together */
async function measure(t: TestContext, start: Start): Promise<number> {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const { host, proxy } = await stage.hostBehindProxy();
  proxy.setLatency(100); // each way
  const startedAt = performance.now();
  const refused = await refusals(Array.from({ length: CALLS }, () => host.pair()));
  const ms = performance.now() - startedAt;
  assert.equal(refused, 0);
  assert.equal(authority.counts('pair'), CALLS);
  return ms;
}

test(faults[NAME].fault, async (t) => {
  const ms = await measure(t, ours);
  assert.ok(ms < (CALLS * 200) / 3, `${ms} ms: one after the other they would take ${CALLS * 200}`);
  await record(NAME, span(ms), async () => span(await measure(t, stock)));
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { ours, pass, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'relay-away';
const AWAY_MS = 10_000;
const PATIENCE_MS = 60_000;
/** The waits have doubled to 16 s at most by then. */
const LIMIT_MS = 30_000;

/** @returns how many milliseconds after the relay's return the link was back */
async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const { proxy } = await stage.hostBehindProxy();
  proxy.refuse();
  proxy.cutAll();
  await pass(AWAY_MS);
  await proxy.accept();
  const from = performance.now();
  const next = await authority.waitForLink(2, { timeoutMs: PATIENCE_MS }).catch(() => null);
  return { ms: next === null ? null : performance.now() - from, credential: next?.credential };
}

test(faults[NAME].fault, async (t) => {
  const { ms, credential } = await measure(t, ours);
  assert.ok(ms !== null && ms < LIMIT_MS, `${ms} ms`);
  assert.equal(credential, 'token-1');
  await record(NAME, reconnected(ms, PATIENCE_MS), async () => reconnected((await measure(t, stock)).ms, PATIENCE_MS));
});

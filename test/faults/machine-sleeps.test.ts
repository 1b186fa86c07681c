import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { ours, pass, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'machine-sleeps';
const SLEEP_MS = 15_000;
/** More than a heartbeat needs to find the connection dead. */
const PATIENCE_MS = 90_000;
/** Half of what a heartbeat needs, several times what noticing the sleep does. */
const LIMIT_MS = 30_000;

async function measure(t: TestContext, start: Start): Promise<number | null> {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const { host, proxy } = await stage.hostBehindProxy();
  await pass(2_000); // until the host knows of its link too
  host.signal('SIGSTOP');
  proxy.halfOpen();
  await pass(SLEEP_MS);
  host.signal('SIGCONT');
  const wokeAt = performance.now();
  const next = await authority.waitForLink(2, { timeoutMs: PATIENCE_MS }).catch(() => null);
  return next === null ? null : performance.now() - wokeAt;
}

test(faults[NAME].fault, async (t) => {
  const ms = await measure(t, ours);
  assert.ok(ms !== null && ms < LIMIT_MS, `${ms} ms`);
  await record(NAME, reconnected(ms, PATIENCE_MS), async () => reconnected(await measure(t, stock), PATIENCE_MS));
});

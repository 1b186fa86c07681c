import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { HostProcess, tempDir } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record, span } from './support/record.ts';
import { ours, pass, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'stopped-while-all-hangs';
/** A second, and what a busy machine takes to end a process. */
const LIMIT_MS = 4_000;
/** Who is still there then is killed. */
const GRACE_MS = 5_000;

/** @returns how many milliseconds after SIGTERM it was gone */
async function measure(t: TestContext, start: Start): Promise<number> {
  const stage = await Stage.open(t, start, { tokenLifeSeconds: 240 });
  const { authority } = stage;
  const host = await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  for (const endpoint of ['pair', 'refresh', 'websocket'] as const) authority.set(endpoint, answer.hang());
  host.pair().catch(() => {}); // it ends with the host
  await authority.waitFor(() => authority.counts('pair') + authority.counts('refresh') > 0);
  link.cut();
  await pass(2_000); // until it tries to come back, in its own way
  const from = performance.now();
  await host.stop();
  return performance.now() - from;
}

const words = (ms: number) => (ms < GRACE_MS ? `after ${span(ms)}` : `not within ${span(GRACE_MS)}: killed`);

test(faults[NAME].fault, async (t) => {
  const ms = await measure(t, ours);
  assert.ok(ms < LIMIT_MS, `${ms} ms`);
  await record(NAME, words(ms), async () => words(await measure(t, stock)));
});

test('the same while it enrolls, with exit code 0', async (t) => {
  const { authority } = await Stage.open(t, ours);
  authority.set('enroll', answer.hang());
  const host = new HostProcess({ relay: authority.base, dir: tempDir(t) });
  t.after(() => host.stop());
  await authority.waitForRequests('enroll', 1, { timeoutMs: START_PATIENCE_MS });
  const from = performance.now();
  host.process.kill('SIGTERM');
  assert.equal(await host.process.exited, 0);
  const ms = performance.now() - from;
  assert.ok(ms < LIMIT_MS, `${ms} ms`);
});

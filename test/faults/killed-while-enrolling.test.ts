import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { HostProcess, tempDir } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record, span } from './support/record.ts';
import { ours, pass, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'killed-while-enrolling';
const STARTS = 6;
/** Long enough for a start to ask. */
const LIFE_MS = 1_500;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  authority.set('enroll', answer.hang());
  let host = await stage.host();
  await authority.waitForRequests('enroll', 1, { timeoutMs: START_PATIENCE_MS });
  for (let starts = 2; starts <= STARTS; starts += 1) {
    await pass(LIFE_MS);
    await host.crash();
    host = await stage.host();
  }
  await pass(LIFE_MS);
  const hung = authority.counts('enroll');
  authority.set('enroll', answer.healthy());
  const wellAt = performance.now();
  await authority.waitForLink(1, { timeoutMs: 90_000 });
  return { hung, ms: performance.now() - wellAt };
}

const words = ({ hung, ms }: Awaited<ReturnType<typeof measure>>) => `enrolls: ${hung}; connected after ${span(ms)}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.equal(figures.hung, 1, words(figures));
  assert.ok(figures.ms < 60_000, words(figures));
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

test('the status says why nothing is sent', async (t) => {
  const { authority } = await Stage.open(t, ours);
  authority.set('enroll', answer.hang());
  const dir = tempDir(t);
  const first = new HostProcess({ relay: authority.base, dir });
  t.after(() => first.stop());
  await authority.waitForRequests('enroll', 1, { timeoutMs: START_PATIENCE_MS });
  first.process.kill('SIGKILL');
  await first.process.exited;
  await pass(LIFE_MS); // until nobody listens on its control socket
  const second = new HostProcess({ relay: authority.base, dir });
  t.after(() => second.stop());
  await second.until('the reason', ({ reason }) => /was stopped while it asked.*within 35 s/.test(reason), 20_000);
  assert.equal(authority.counts('enroll'), 1);
});

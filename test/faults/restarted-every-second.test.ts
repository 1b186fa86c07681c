import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { ours, pass, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'restarted-every-second';
const SPAN_MS = 48_000;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  authority.set('enroll', answer.reply(503));
  const first = await stage.host();
  const asked = await authority.waitForRequests('enroll', 1, { timeoutMs: START_PATIENCE_MS });
  await first.crash();
  const end = asked.at + SPAN_MS;
  let starts = 1;
  while (Date.now() < end) {
    const host = await stage.host();
    starts += 1;
    await pass(1_000);
    await host.crash();
  }
  return { starts, enrolls: authority.counts('enroll') };
}

const words = ({ starts, enrolls }: Awaited<ReturnType<typeof measure>>) => `enrolls: ${enrolls} in ${starts} starts`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.ok(figures.starts >= 5, words(figures));
  assert.ok(figures.enrolls <= 2, words(figures));
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

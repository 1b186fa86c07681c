import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { record, span } from './support/record.ts';
import { ours, pass, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'killed-inside-retry-after';
const RETRY_AFTER_MS = 20_000;
const STARTS = 6;
/** Long enough for a start to ask, short enough for all of them to fit. */
const LIFE_MS = 1_500;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  authority.set('enroll', answer.reply(503, { retryAfter: RETRY_AFTER_MS / 1_000 }));
  let host = await stage.host();
  const first = await authority.waitForRequests('enroll', 1, { timeoutMs: START_PATIENCE_MS });
  for (let starts = 2; starts <= STARTS; starts += 1) {
    await pass(LIFE_MS);
    await host.crash();
    host = await stage.host();
  }
  const second = await authority.waitForRequests('enroll', 2, { timeoutMs: 60_000 });
  await pass(Math.max(0, first.at + RETRY_AFTER_MS - Date.now()));
  const inside = authority.requestsTo('enroll').filter(({ at }) => at < first.at + RETRY_AFTER_MS);
  return { inside: inside.length, nextMs: second.at - first.at };
}

const words = ({ inside, nextMs }: Awaited<ReturnType<typeof measure>>) =>
  `enrolls within the 20 s: ${inside}; the second after ${span(nextMs)}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.equal(figures.inside, 1, words(figures));
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

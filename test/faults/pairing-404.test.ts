import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { ours, pass, refusals, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'pairing-404';
const CALLS = 10;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const host = await stage.host();
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  await pass(11_000); // a token that is refused right after it was minted is another fault
  const enrolled = authority.counts('enroll');
  authority.set('pair', answer.notFound('json'));
  const refused = await refusals(Array.from({ length: CALLS }, () => host.pair()));
  return { refused, pairs: authority.counts('pair'), enrolls: authority.counts('enroll') - enrolled };
}

const words = ({ pairs, enrolls }: Awaited<ReturnType<typeof measure>>) => `pairs: ${pairs}, enrolls: ${enrolls}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.equal(figures.refused, CALLS);
  assert.ok(figures.pairs <= 2 && figures.enrolls <= 1, words(figures));
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

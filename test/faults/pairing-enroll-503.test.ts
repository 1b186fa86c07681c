import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { ours, refusals, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'pairing-enroll-503';
const CALLS = 10;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  authority.set('enroll', answer.reply(503));
  const host = await stage.host();
  const refused = await refusals(Array.from({ length: CALLS }, () => host.pair()));
  return { refused, enrolls: authority.counts('enroll') };
}

test(faults[NAME].fault, async (t) => {
  const { refused, enrolls } = await measure(t, ours);
  assert.equal(refused, CALLS);
  assert.equal(enrolls, 1);
  await record(NAME, `enrolls: ${enrolls}`, async () => `enrolls: ${(await measure(t, stock)).enrolls}`);
});

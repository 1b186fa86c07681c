import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS } from './support/refresh-fault.ts';
import { ours, refusals, START_PATIENCE_MS, Stage, type Start, stock, timeToReconnect } from './support/subjects.ts';

const NAME = 'pairing-429-link-drops';
const PATIENCE_MS = 45_000;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const host = await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.set('pair', answer.reply(429, { retryAfter: 60 }));
  await refusals([host.pair()]);
  const ms = await timeToReconnect(authority, link, PATIENCE_MS);
  await refusals(Array.from({ length: 10 }, () => host.pair()));
  return { ms, pairs: authority.counts('pair') };
}

const words = ({ ms, pairs }: Awaited<ReturnType<typeof measure>>) =>
  `${reconnected(ms, PATIENCE_MS)}; pairs for 11 calls: ${pairs}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.ok(figures.ms !== null && figures.ms < AT_ONCE_MS, `${figures.ms} ms`);
  assert.equal(figures.pairs, 1);
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

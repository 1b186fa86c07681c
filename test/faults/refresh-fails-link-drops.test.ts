import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS, reconnectWhileRefreshFails } from './support/refresh-fault.ts';
import { ours, START_PATIENCE_MS, Stage, type Start, stock, timeToReconnect } from './support/subjects.ts';

const NAME = 'refresh-fails-link-drops';
const refresh = answer.reply(502, { retryAfter: 60 });
const PATIENCE_MS = 40_000;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start, { tokenLifeSeconds: 240 });
  const { authority } = stage;
  await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.set('refresh', refresh);
  const ms = await timeToReconnect(authority, link, PATIENCE_MS);
  return { ms, refreshes: authority.counts('refresh') };
}

const words = ({ ms, refreshes }: Awaited<ReturnType<typeof measure>>) =>
  `${reconnected(ms, PATIENCE_MS)}; refreshes: ${refreshes}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.ok(figures.ms !== null && figures.ms < AT_ONCE_MS, `${figures.ms} ms`);
  assert.equal(figures.refreshes, 0);
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

test('the same in the renewal window: one refresh, and none before its deadline', async (t) => {
  await reconnectWhileRefreshFails(t, refresh);
});

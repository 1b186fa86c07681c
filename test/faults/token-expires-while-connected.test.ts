import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS } from './support/refresh-fault.ts';
import { ours, pass, START_PATIENCE_MS, Stage, type Start, stock, timeToReconnect } from './support/subjects.ts';

const NAME = 'token-expires-while-connected';
const LIFE_SECONDS = 24;
const PATIENCE_MS = 20_000;

/** The link stays up for longer than the life of its token; then every refresh fails, and the link drops. */
async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start, { tokenLifeSeconds: LIFE_SECONDS });
  const { authority } = stage;
  await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  await pass((LIFE_SECONDS + 2) * 1_000);
  assert.equal(link.open, true);
  authority.set('refresh', answer.reply(503, { retryAfter: 60 }));
  const ms = await timeToReconnect(authority, link, PATIENCE_MS);
  return { ms, credential: authority.link?.credential };
}

test(faults[NAME].fault, async (t) => {
  const { ms, credential } = await measure(t, ours);
  assert.ok(ms !== null && ms < AT_ONCE_MS, `${ms} ms`);
  assert.notEqual(credential, 'token-1');
  await record(NAME, reconnected(ms, PATIENCE_MS), async () => reconnected((await measure(t, stock)).ms, PATIENCE_MS));
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { record, span } from './support/record.ts';
import { ours, refusals, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'handshake-503';
const RETRY_AFTER_SECONDS = 20;
/** The authority and the host read their clocks apart. */
const CLOCK_SLACK_MS = 500;

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const host = await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.script('websocket', [answer.reply(503, { retryAfter: RETRY_AFTER_SECONDS })]);
  link.cut();
  const refused = await authority.waitForRequests('websocket', 2, { timeoutMs: START_PATIENCE_MS });
  const unpaired = await refusals([host.pair()]);
  const pairedAt = Date.now();
  const next = await authority.waitForRequests('websocket', 3, { timeoutMs: 60_000 });
  return { waitMs: next.at - refused.at, paired: unpaired === 0 && pairedAt < next.at };
}

const words = ({ waitMs, paired }: Awaited<ReturnType<typeof measure>>) =>
  `next handshake after ${span(waitMs)}; pairing meanwhile ${paired ? 'works' : 'does not work'}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, ours);
  assert.ok(figures.waitMs >= RETRY_AFTER_SECONDS * 1_000 - CLOCK_SLACK_MS, `${figures.waitMs} ms`);
  assert.equal(figures.paired, true);
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

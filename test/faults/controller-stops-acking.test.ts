import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Authority, startAuthority } from '@holdfast/testkit';
import { startHost } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { START_PATIENCE_MS, Stage, stock, tickingAgent } from './support/subjects.ts';

const NAME = 'controller-stops-acking';
/** What the stock binary sends without an ack, less what it may have in hand. */
const STOCK_WINDOW = 126;
const REQUESTS = 200;
const clientInfo = { clientInfo: { name: 'test', title: 'Test', version: '0' } };

/** Whether a stream that is opened now gets its answer. */
async function answersAnother(authority: Authority): Promise<boolean> {
  return authority
    .openStream()
    .request('initialize', clientInfo)
    .then(
      () => true,
      () => false,
    );
}

async function measureStock(t: TestContext): Promise<string> {
  const stage = await Stage.open(t, stock);
  const { authority } = stage;
  await stage.host();
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.acking = false;
  const stuck = authority.openStream();
  await stuck.request('initialize', clientInfo);
  for (let n = 1; n <= REQUESTS; n += 1) stuck.send({ id: n, method: 'thread/list', params: {} });
  await authority.waitFor(() => stuck.frames.length >= STOCK_WINDOW, { timeoutMs: 30_000 });
  const answered = await answersAnother(authority);
  return `the other controller is ${answered ? 'answered' : 'not answered'}; frames sent: ${stuck.frames.length}`;
}

test(faults[NAME].fault, async (t) => {
  const authority = await startAuthority();
  t.after(() => authority.close());
  const host = startHost(t, { relay: authority.base, agent: tickingAgent });
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.acking = false;
  const stuck = authority.openStream();
  await stuck.request('initialize');
  await stuck.request('flood');
  let frames = -1;
  await host.until('its window to be full', ({ streams }) => {
    const before = frames;
    frames = streams[0]?.unacked ?? 0;
    return frames > REQUESTS && frames === before;
  });
  assert.equal(await answersAnother(authority), true);
  assert.ok(frames < 4_096, `${frames} frames are kept`);
  await record(NAME, `the other controller is answered; frames sent: ${frames}`, () => measureStock(t));
});

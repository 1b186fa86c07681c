import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { oursWith, pass, Stage, type Start, stock, tickingAgent } from './support/subjects.ts';

const NAME = 'network-stalls';
const STALL_MS = 20_000;
const clientInfo = { clientInfo: { name: 'test', title: 'Test', version: '0' } };

async function measure(t: TestContext, start: Start) {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const { proxy } = await stage.hostBehindProxy();
  const stream = authority.openStream();
  await stream.request('initialize', clientInfo);
  proxy.stall();
  const asked = stream.request('thread/list', {}, { timeoutMs: STALL_MS + 30_000 }).then(
    () => true,
    () => false,
  );
  await pass(STALL_MS);
  proxy.resume();
  const answered = await asked;
  return { answered, links: authority.allLinks.length };
}

const words = ({ answered, links }: Awaited<ReturnType<typeof measure>>) =>
  `${answered ? 'answered' : 'not answered'}; connections: ${links}`;

test(faults[NAME].fault, async (t) => {
  const figures = await measure(t, oursWith(tickingAgent));
  assert.deepEqual(figures, { answered: true, links: 1 });
  await record(NAME, words(figures), async () => words(await measure(t, stock)));
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Client } from './client.ts';

let client: Client;
beforeEach(() => {
  client = new Client();
});
afterEach(() => client.end());

const isApproval = ({ method }: { method?: string }) => method === 'item/commandExecution/requestApproval';
const isTurnEnd = ({ method }: { method?: string }) => method === 'turn/completed';

const deltas = () =>
  client
    .notified('item/agentMessage/delta')
    .map(({ params }) => params.delta)
    .join('');

const command = () =>
  client.notified('item/completed').find(({ params }) => params.item.type === 'commandExecution')?.params.item;

test('a turn with its approval accepted runs the command and tells what it said', async () => {
  const threadId = await client.startThread();
  const turnId = await client.startTurn(threadId, 'hello there');
  const approval = await client.until(isApproval);
  assert.equal(approval.params.threadId, threadId);
  assert.equal(approval.params.turnId, turnId);
  assert.match(approval.params.command, /uname|ver/);
  assert.equal(client.notified('item/commandExecution/outputDelta').length, 0, 'nothing runs before the answer');

  client.send({ id: approval.id, result: { decision: 'accept' } });
  const { params } = await client.until(isTurnEnd);

  assert.equal(params.turn.status, 'completed');
  assert.equal(params.turn.id, turnId);
  assert.match(deltas(), /hello there/);
  const { status, exitCode, aggregatedOutput } = command();
  assert.deepEqual({ status, exitCode }, { status: 'completed', exitCode: 0 });
  const streamed = client.notified('item/commandExecution/outputDelta').map((message) => message.params.delta);
  assert.equal(streamed.join(''), aggregatedOutput);
  assert.ok(deltas().endsWith(`It is ${aggregatedOutput.trim()}.`));
});

test('what is streamed of a message is what the completed item holds, between its start and its end', async () => {
  const threadId = await client.startThread();
  await client.startTurn(threadId, 'say one two three');
  await client.until(isTurnEnd);
  assert.equal(deltas(), 'one two three');
  const methods = client.messages.flatMap(({ method }) => (method === undefined ? [] : [method]));
  const item = ['item/started', ...Array(3).fill('item/agentMessage/delta'), 'item/completed'];
  const user = ['item/started', 'item/completed'];
  assert.deepEqual(methods, ['thread/started', 'turn/started', ...user, ...item, 'turn/completed']);
  assert.equal(client.notified('item/completed').at(-1)?.params.item.text, 'one two three');
});

for (const answer of [
  { result: { decision: 'decline' } },
  { result: { decision: 'yes' } },
  { error: { code: 1, message: 'no' } },
]) {
  test(`an approval answered with ${JSON.stringify(answer)} is a no: nothing runs, and the turn goes on to say so`, async () => {
    const threadId = await client.startThread();
    await client.startTurn(threadId, 'run rm -rf /');
    const approval = await client.until(isApproval);
    client.send({ id: approval.id, ...answer });
    const { params } = await client.until(isTurnEnd);
    assert.equal(params.turn.status, 'completed');
    assert.equal(command().status, 'declined');
    assert.equal(client.notified('item/commandExecution/outputDelta').length, 0);
    assert.match(deltas(), /You declined/);
  });
}

test('an approval that is cancelled ends the turn as interrupted', async () => {
  const threadId = await client.startThread();
  await client.startTurn(threadId, 'hello');
  client.send({ id: (await client.until(isApproval)).id, result: { decision: 'cancel' } });
  assert.equal((await client.until(isTurnEnd)).params.turn.status, 'interrupted');
  assert.equal(command().status, 'declined');
});

test('an approval for the session is asked for once', async () => {
  const threadId = await client.startThread();
  await client.startTurn(threadId, 'hello');
  client.send({ id: (await client.until(isApproval)).id, result: { decision: 'acceptForSession' } });
  const first = await client.until(isTurnEnd);
  await client.startTurn(threadId, 'hello again');
  await client.until((message) => isTurnEnd(message) && message !== first);
  assert.equal(client.messages.filter(isApproval).length, 1);
  assert.equal(client.notified('item/commandExecution/outputDelta').length, 2);
});

test('an interrupt stops a message in the middle', async () => {
  const threadId = await client.startThread();
  const turnId = await client.startTurn(threadId, 'count to 10000');
  await client.until(({ method }) => method === 'item/agentMessage/delta');
  assert.deepEqual((await client.request('turn/interrupt', { threadId, turnId })).result, {});
  assert.equal((await client.until(isTurnEnd)).params.turn.status, 'interrupted');
  assert.ok(client.notified('item/agentMessage/delta').length < 10_000);
  assert.equal(client.notified('item/completed').at(-1)?.params.item.text, deltas());
});

test('an interrupt ends the wait for an approval, and a late answer to that changes nothing', async () => {
  const threadId = await client.startThread();
  const turnId = await client.startTurn(threadId, 'hello');
  const approval = await client.until(isApproval);
  await client.request('turn/interrupt', { threadId, turnId });
  assert.equal((await client.until(isTurnEnd)).params.turn.status, 'interrupted');
  assert.equal(client.notified('serverRequest/resolved')[0]?.params.requestId, approval.id);
  client.send({ id: approval.id, result: { decision: 'accept' } });
  await client.request('thread/list');
  assert.equal(client.notified('item/commandExecution/outputDelta').length, 0);
});

test('a thread has one turn at a time; another thread has its own', async () => {
  const threadId = await client.startThread();
  await client.startTurn(threadId, 'hello');
  const refused = await client.request('turn/start', { threadId, input: [] });
  assert.equal(refused.error?.code, -32600);
  assert.match(refused.error?.message ?? '', /turn-1 is running/);
  const other = (await client.request('thread/start')).result.thread.id;
  await client.startTurn(other, 'say hi');
  assert.equal((await client.until(isTurnEnd)).params.threadId, other);
});

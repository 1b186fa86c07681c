import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Client } from './client.ts';

let client: Client;
beforeEach(() => {
  client = new Client();
});
afterEach(() => client.end());

const initialize = { clientInfo: { name: 'test', title: null, version: '1' }, capabilities: null };

test('nothing is answered before initialize, and that only once', async () => {
  assert.equal((await client.request('thread/list')).error?.message, 'Not initialized');
  const { result } = await client.request('initialize', initialize);
  assert.match(result.userAgent, /^holdfast-demo-agent\/\S+ .* test$/);
  assert.equal(result.platformFamily, process.platform === 'win32' ? 'windows' : 'unix');
  assert.equal((await client.request('initialize', initialize)).error?.message, 'Already initialized');
});

test('threads are listed, the newest first, with what was first said in them', async () => {
  const first = await client.startThread();
  const second = (await client.request('thread/start', { cwd: '/' })).result.thread.id;
  await client.startTurn(second, 'say hi');
  const { data, nextCursor } = (await client.request('thread/list')).result;
  assert.deepEqual(
    data.map(({ id, preview, cwd }: Record<string, unknown>) => [id, preview, cwd]),
    [
      [second, 'say hi', '/'],
      [first, '', process.cwd()],
    ],
  );
  assert.equal(nextCursor, null);
});

test('an unknown method, thread or turn is an error that says so', async () => {
  const threadId = await client.startThread();
  assert.equal((await client.request('model/list')).error?.code, -32601);
  assert.match(
    (await client.request('turn/start', { threadId: 'x', input: [] })).error?.message ?? '',
    /Thread not found/,
  );
  assert.equal((await client.request('turn/start', { threadId })).error?.code, -32602);
  assert.match((await client.request('turn/interrupt', { threadId, turnId: 'x' })).error?.message ?? '', /not running/);
});

test('lines that are no JSON-RPC are answered as such, and the session goes on', async () => {
  client.write('{"id":\n');
  client.write('[]\n\r\n\n');
  client.send({ id: 7 });
  await client.request('initialize', initialize);
  assert.deepEqual(
    client.messages.slice(0, 3).map(({ id, error }) => [id, error?.code]),
    [
      [null, -32700],
      [null, -32600],
      [7, -32600],
    ],
  );
});

test('a message may come in pieces, several at once, and with multi-byte characters cut in two', async () => {
  const threadId = await client.startThread();
  const text = JSON.stringify({
    id: 1,
    method: 'turn/start',
    params: { threadId, input: [{ type: 'text', text: 'say 漢字🙂' }] },
  });
  const bytes = Buffer.from(`${text}\n${JSON.stringify({ id: 2, method: 'thread/list' })}\n`);
  const cut = bytes.indexOf(Buffer.from('🙂')) + 2;
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) client.write(piece);
  await client.until(({ method }) => method === 'turn/completed');
  assert.equal(client.notified('item/completed').at(-1)?.params.item.text, '漢字🙂');
  assert.ok(client.messages.some(({ id }) => id === 2));
});

test('it ends with its input, even in the middle of a turn', async () => {
  const threadId = await client.startThread();
  await client.startTurn(threadId, 'hello');
  await client.until(({ method }) => method === 'item/commandExecution/requestApproval');
  assert.equal(await client.end(), 0);
});

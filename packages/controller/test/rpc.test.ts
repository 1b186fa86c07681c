import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RpcError, rpc } from '@holdfast/controller';
import { ManualClock } from '@holdfast/testkit';
import { openStream, startController, startRelay } from './harness.ts';

async function connected(t: TestContext, clock?: ManualClock) {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  const client = rpc(stream, clock === undefined ? {} : { clock });
  let seq = 0;
  return {
    client,
    stream,
    /** What the client sent after its initialize, the nth of it. */
    sent: async (nth: number) => {
      const frame = await relay.until(() => relay.framesOf('client_message')[nth], 'a message');
      return JSON.parse(frame.message);
    },
    answer(message: object) {
      seq += 1;
      relay.send(opening, { type: 'server_message', seq_id: seq, message: JSON.stringify(message) });
    },
    forget: () => relay.send(opening, { type: 'pong', seq_id: 0, status: 'unknown' }),
  };
}

test('a request settles with its own answer, in whatever order they come', async (t) => {
  const { client, sent, answer } = await connected(t);
  const first = client.request('a', { x: 1 });
  const second = client.request('b');
  assert.deepEqual(await sent(1), { jsonrpc: '2.0', id: 1, method: 'a', params: { x: 1 } });
  assert.deepEqual(await sent(2), { jsonrpc: '2.0', id: 2, method: 'b' });
  answer({ id: 99, result: 'nobody asked' });
  answer({ id: 2, result: 'two' });
  answer({ id: 1, error: { code: -32000, message: 'no', data: { why: 'because' } } });
  assert.equal(await second, 'two');
  await assert.rejects(first, (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.code, error.message, error.data], [-32000, 'no', { why: 'because' }]);
    return true;
  });
});

test("the other side's requests are answered by the handler, and refused without one", async (t) => {
  const { client, sent, answer } = await connected(t);
  answer({ id: 'early', method: 'approve' });
  assert.deepEqual((await sent(1)).error.code, -32601);
  client.onRequest(async (method, params) => {
    if (method === 'approve') return { decision: 'accept', params };
    if (method === 'refuse') throw new RpcError(-1, 'refused', 5);
    throw new Error('broken');
  });
  answer({ id: 0, method: 'approve', params: [1] });
  assert.deepEqual(await sent(2), { jsonrpc: '2.0', id: 0, result: { decision: 'accept', params: [1] } });
  answer({ id: 1, method: 'refuse' });
  assert.deepEqual((await sent(3)).error, { code: -1, message: 'refused', data: 5 });
  answer({ id: 2, method: 'other' });
  assert.equal((await sent(4)).error.code, -32603);
});

test('notifications go both ways', async (t) => {
  const { client, sent, answer } = await connected(t);
  client.notify('initialized');
  assert.deepEqual(await sent(1), { jsonrpc: '2.0', method: 'initialized' });
  const seen = new Promise((resolve) => client.onNotification((method, params) => resolve([method, params])));
  answer({ method: 'item/started', params: { n: 1 } });
  assert.deepEqual(await seen, ['item/started', { n: 1 }]);
});

test('a request ends with its signal, its time, or its stream', async (t) => {
  const clock = new ManualClock();
  const { client, forget } = await connected(t, clock);
  const abort = new AbortController();
  const aborted = client.request('a', {}, { signal: abort.signal });
  const timed = client.request('b', {}, { timeoutMs: 500 });
  const open = client.request('c');
  const checks = [
    assert.rejects(aborted, /enough/),
    assert.rejects(timed, { code: 'ERR_CONTROLLER_TIMEOUT', message: 'b was not answered within 500 ms.' }),
    assert.rejects(open, { code: 'ERR_CONTROLLER_STREAM_GONE' }),
  ];
  abort.abort(new Error('enough'));
  await clock.advance(500);
  forget();
  await Promise.all(checks);
  assert.equal(clock.timers, 0);
  await assert.rejects(client.request('d'), { code: 'ERR_CONTROLLER_STREAM_GONE' });
});

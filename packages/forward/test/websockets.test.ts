import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { startConnectProxy, startTlsFront, TEST_CA_FILE } from '@holdfast/testkit';
import { WebSocket, WebSocketServer } from 'ws';
import { NoAnswerError } from '../src/far-side.ts';
import { unreachable } from '../src/refusal.ts';
import { portOf, startFarSide, startForward } from './harness.ts';

/** Greets in the packet of its 101, and sends back whatever comes. */
async function startSockets(t: TestContext) {
  const far = await startFarSide(t, (_, answer) =>
    answer.writeHead(503, { 'retry-after': '7' }).end('{"detail":"full"}'),
  );
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  const seen: IncomingMessage[] = [];
  far.on('upgrade', (request, socket, head) => {
    seen.push(request);
    socket.cork();
    sockets.handleUpgrade(request, socket, head, (open) => {
      open.send('greeting');
      socket.uncork();
      open.on('message', (data, isBinary) => open.send(data, { binary: isBinary }));
    });
  });
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  return { far, sockets, seen };
}

function open(
  t: TestContext,
  url: string,
  protocols: string[] = [],
): { socket: WebSocket; messages: () => Promise<string> } {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, { headers: { 'x-codex-server-id': 's-1' } });
  socket.on('error', () => {});
  t.after(() => socket.terminate());
  const queue: string[] = [];
  socket.on('message', (data) => queue.push(String(data)));
  const messages = async () => {
    while (queue.length === 0) await once(socket, 'message');
    return queue.shift() ?? '';
  };
  return { socket, messages };
}

describe('a websocket', () => {
  test('passes both ways, from the first packet on, with its headers and its protocol', async (t) => {
    const { far, seen } = await startSockets(t);
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const { socket, messages } = open(t, `${forwarder.url}/a/b`, ['one', 'two']);
    assert.equal(await messages(), 'greeting');
    assert.equal(socket.protocol, 'one');
    const large = 'x'.repeat(5_000_000);
    socket.send(large);
    assert.ok((await messages()) === large);
    assert.equal(seen[0]?.url, '/a/b');
    assert.deepEqual([seen[0].headers.host, seen[0].headers['x-codex-server-id']], [`127.0.0.1:${portOf(far)}`, 's-1']);
    socket.close(4003, 'enough');
    await once(socket, 'close');
  });

  test('is closed with the code and the reason of the other side', async (t) => {
    const { far, sockets } = await startSockets(t);
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const { socket, messages } = open(t, forwarder.url);
    await messages();
    for (const side of sockets.clients) side.close(4004, 'deleted');
    const [code, reason] = await once(socket, 'close');
    assert.deepEqual([code, String(reason)], [4004, 'deleted']);
  });

  test('ends on one side when the other is gone', async (t) => {
    const { far, sockets } = await startSockets(t);
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const first = open(t, forwarder.url);
    await first.messages();
    for (const side of sockets.clients) side.terminate();
    await once(first.socket, 'close');
    const second = open(t, forwarder.url);
    await second.messages();
    const [side] = sockets.clients;
    assert.ok(side !== undefined);
    second.socket.terminate();
    await once(side, 'close');
    const third = open(t, forwarder.url);
    await third.messages();
    await forwarder.close();
    await once(third.socket, 'close');
  });

  test('that the relay refuses is refused in its own words', async (t) => {
    const far = await startFarSide(t, () => {});
    far.on('upgrade', (_, socket) => {
      socket.end(
        'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-Request-Id: r-2\r\nContent-Length: 17\r\n\r\n{"detail":"full"}',
      );
    });
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const { socket } = open(t, forwarder.url);
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    assert.deepEqual(
      [answer.statusCode, answer.headers['retry-after'], answer.headers['x-request-id']],
      [503, '7', 'r-2'],
    );
    assert.equal(await text(answer), '{"detail":"full"}');
  });

  test('to a relay that is not there is refused by 502 and a sentence', async (t) => {
    const far = await startFarSide(t, () => {});
    const { forwarder, told } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    far.close();
    await once(far, 'close');
    const { socket } = open(t, forwarder.url);
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    assert.equal(answer.statusCode, 502);
    assert.match(await text(answer), /could not reach .*ECONNREFUSED/);
    assert.equal(told.length, 1);
  });

  test('and requests go through a proxy to a relay with a private authority', async (t) => {
    const { far } = await startSockets(t);
    const front = await startTlsFront(portOf(far));
    t.after(() => front.close());
    const proxy = await startConnectProxy({ credentials: 'me:secret', routes: { 'relay.test:443': front.port } });
    t.after(() => proxy.close());
    const env = { HTTPS_PROXY: proxy.url };
    const { forwarder } = await startForward(t, 'https://relay.test', { env, caFile: TEST_CA_FILE });
    assert.equal(await open(t, forwarder.url).messages(), 'greeting');
    assert.equal((await fetch(forwarder.url)).headers.get('retry-after'), '7');
    assert.deepEqual(proxy.opened, ['relay.test:443', 'relay.test:443']);
    proxy.behaviour = 403;
    const refused = await fetch(forwarder.url);
    assert.equal(refused.status, 502);
    assert.match(((await refused.json()) as { detail: string }).detail, /The proxy http:.* 403 Forbidden/);
  });
});

test('a relay that takes too long is 504', () => {
  const { status, detail } = unreachable('https://relay.test', new NoAnswerError());
  assert.equal(status, 504);
  assert.match(detail, /could not reach https:\/\/relay\.test: it did not answer within 45 s\.$/);
});

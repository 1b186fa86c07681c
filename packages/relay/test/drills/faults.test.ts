import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { type DrillList, type DrillRequest, headers, paths } from '@holdfast/wire';
import type { Relay } from '../../src/index.ts';
import { post, TestHost } from '../harness/host.ts';
import { Peer } from '../harness/peer.ts';
import { relayFor } from '../harness/relay.ts';

/** A host that has enrolled, and a drill that it meets from then on. */
async function drilled(t: TestContext, request: Partial<DrillRequest> & Pick<DrillRequest, 'fault'>) {
  const relay = await relayFor(t, { drills: 'operator' });
  const host = await TestHost.enroll(relay);
  const account = host.accountHeaders;
  const drill = async (body: object) => {
    const { status, body: answer } = await post(relay.base, paths.drills, body, account);
    assert.equal(status, 200, JSON.stringify(answer));
    return String(answer['id']);
  };
  const stop = async (id: string) =>
    assert.equal((await fetch(`${relay.base}/${paths.drill(id)}`, { method: 'DELETE', headers: account })).status, 204);
  const id = await drill({ duration_seconds: 60, ...request });
  const met = async () => {
    const list = (await (await fetch(`${relay.base}/${paths.drills}`, { headers: account })).json()) as DrillList; // the relay's own
    return list.drills[0]?.met ?? 0;
  };
  return { relay, host, account, drill, met, stop: () => stop(id) };
}

const ids = ({ serverId, installationId }: TestHost) => ({ server_id: serverId, installation_id: installationId });

/** All that comes of a handshake or a call, written by hand, until the relay ends it. */
async function raw(relay: Relay, method: string, path: string, fields: Record<string, string>, body = '') {
  const { hostname, port, pathname } = new URL(`${relay.base}/${path}`);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ host: 'localhost', ...fields }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return socket;
}

const upgrade = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

describe('in a drill', () => {
  for (const fault of ['500', '502', '503', '429'] as const) {
    test(`of ${fault} calls and handshakes get that, with the Retry-After of the drill, until it is over`, async (t) => {
      const { relay, host, account, stop } = await drilled(t, { fault, retry_after_seconds: 7 });
      const refresh = () => post(relay.base, paths.serverRefresh, ids(host), account);
      const answer = await refresh();
      assert.deepEqual([answer.status, answer.body['code']], [Number(fault), 'drill']);
      assert.equal(answer.headers.get('retry-after'), '7');
      assert.match(answer.headers.get(headers.requestId) ?? '', /^req_/);
      const link = await host.tryLink(relay.base);
      assert.ok(!(link instanceof Peer));
      assert.deepEqual([link.status, link.headers['retry-after']], [Number(fault), '7']);
      await stop();
      assert.equal((await refresh()).status, 200);
      assert.ok((await host.tryLink(relay.base)) instanceof Peer);
    });
  }

  test('without a Retry-After there is none; and what is not in the drill is as ever', async (t) => {
    const { relay, host, account } = await drilled(t, { fault: '503', endpoints: ['refresh'] });
    const answer = await post(relay.base, paths.serverRefresh, ids(host), account);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, null]);
    await host.pair(relay.base);
    await host.link(relay.base);
    assert.equal((await fetch(`${relay.url}/readyz`)).status, 200);
  });

  test('of refused tokens they are refused, and good again after it', async (t) => {
    const { relay, host, account, stop } = await drilled(t, { fault: 'refuse-tokens' });
    assert.equal((await post(relay.base, paths.serverRefresh, ids(host), account)).status, 401);
    const link = await host.tryLink(relay.base);
    assert.ok(!(link instanceof Peer));
    assert.equal(link.status, 401);
    await stop();
    await host.link(relay.base);
  });

  test('of malformed bodies a body breaks off, and a handshake is no answer to what was asked', async (t) => {
    const { relay, host, account } = await drilled(t, { fault: 'malformed' });
    const answer = await fetch(`${relay.base}/${paths.serverRefresh}`, {
      method: 'POST',
      body: JSON.stringify(ids(host)),
      headers: account,
    });
    assert.equal(answer.status, 200);
    await assert.rejects(answer.json(), SyntaxError);
    await assert.rejects(host.tryLink(relay.base), /Sec-WebSocket-Accept/i);
  });

  test('that hangs nothing comes at all, until it is over', async (t) => {
    const { relay, met, stop } = await drilled(t, { fault: 'hang' });
    const sockets = await Promise.all([
      raw(relay, 'POST', paths.serverRefresh, { 'content-length': '2' }, '{}'),
      raw(relay, 'GET', paths.serverSocket, upgrade),
    ]);
    const texts = sockets.map((socket) => text(socket));
    while ((await met()) < 2) await fetch(`${relay.url}/healthz`);
    assert.ok(sockets.every(({ bytesRead, readyState }) => bytesRead === 0 && readyState === 'open'));
    await stop();
    assert.deepEqual(await Promise.all(texts), ['', '']);
  });

  test('that stalls an answer begins and does not go on', async (t) => {
    const { relay, stop } = await drilled(t, { fault: 'stall' });
    const sockets = await Promise.all([
      raw(relay, 'POST', paths.serverRefresh, { 'content-length': '2' }, '{}'),
      raw(relay, 'GET', paths.serverSocket, upgrade),
    ]);
    const texts = sockets.map((socket) => text(socket).catch(() => 'a reset'));
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    assert.ok(sockets.every(({ readyState }) => readyState === 'open'));
    await stop();
    const [call = '', handshake = ''] = await Promise.all(texts);
    assert.match(call, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
    assert.match(handshake, /^HTTP\/1\.1 101 Switching Protocols\r\n.*[^\n]\r\n$/s);
  });

  test('that cuts links they break off without a word, and come back', async (t) => {
    const { relay, host, drill } = await drilled(t, { fault: '502', endpoints: ['refresh'] });
    const link = await host.link(relay.base);
    await drill({ fault: 'cut-links', duration_seconds: 5 });
    assert.equal((await link.untilClosed()).code, 1006);
    await host.link(relay.base);
  });

  test('that a file asks for, it begins with the relay, whoever may hold drills', async (t) => {
    const relay = await relayFor(t, { startDrills: [{ fault: '503', endpoints: ['enroll'], duration_seconds: 60 }] });
    await assert.rejects(TestHost.enroll(relay), /enroll: 503/);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { closeHintOf, headers, paths } from '@holdfast/wire';
import type { Relay } from '../src/index.ts';
import { post, TestHost } from './harness/host.ts';
import { Peer } from './harness/peer.ts';
import { relayFor } from './harness/relay.ts';

/** A host's link whose peer never answers a close, so that the relay drains for as long as it may. */
async function deafLink(t: TestContext, relay: Relay): Promise<Socket> {
  const { token, serverId } = await TestHost.enroll(relay);
  const { hostname, port, pathname } = new URL(`${relay.base}/${paths.serverSocket}`);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  const fields = {
    host: 'localhost',
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    authorization: `Bearer ${token}`,
    [headers.serverId]: serverId,
    [headers.protocolVersion]: '3',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'data');
  return socket;
}

describe('a relay that stops', () => {
  test('tells each link when to come back, each another moment', async (t) => {
    const relay = await relayFor(t);
    const hosts = await Promise.all(Array.from({ length: 5 }, () => TestHost.enroll(relay)));
    const links = await Promise.all(hosts.map((host) => host.link(relay.base)));
    await relay.close();
    for (const link of links) {
      const { code, reason } = await link.untilClosed();
      assert.equal(code, 1001);
      assert.match(reason, /^the relay is stopping; retry-after=/);
      assert.ok((closeHintOf(reason) ?? 0) >= 1_000);
    }
  });

  test('answers nobody but monitors meanwhile, and tells the others when to come back', async (t) => {
    const relay = await relayFor(t);
    await deafLink(t, relay);
    const host = await TestHost.enroll(relay);
    assert.equal((await fetch(`${relay.url}/readyz`)).status, 200);
    const closed = relay.close({ graceMs: 60_000 });
    const ready = await fetch(`${relay.url}/readyz`);
    assert.deepEqual([ready.status, await ready.json()], [503, { status: 'draining' }]);
    assert.equal((await fetch(`${relay.url}/healthz`)).status, 200);
    const answer = await post(relay.base, paths.serverPair, {}, { authorization: `Bearer ${host.token}` });
    assert.deepEqual([answer.status, answer.body['code']], [503, 'draining']);
    const seconds = Number(answer.headers.get('retry-after'));
    assert.ok(seconds >= 1 && seconds <= 6, `${seconds} s`);
    const link = await host.tryLink(relay.base);
    assert.ok(!(link instanceof Peer));
    assert.deepEqual([link.status, link.body['code']], [503, 'draining']);
    assert.ok(Number(link.headers['retry-after']) >= 1);
    await closed; // the deaf link is given up after its own two seconds
    await assert.rejects(fetch(`${relay.url}/healthz`));
  });

  test('answers a request that was under way', async (t) => {
    const relay = await relayFor(t);
    const host = await TestHost.enroll(relay);
    const { hostname, port, pathname } = new URL(`${relay.base}/${paths.serverPair}`);
    const socket = connect(Number(port), hostname);
    const body = '{"manual_code":true}';
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${host.token}\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
    );
    assert.match(String(await once(socket, 'data')), /100 Continue/); // the relay waits for the body
    const answer = text(socket);
    const closed = relay.close({ graceMs: 60_000 });
    await fetch(`${relay.url}/readyz`).catch(() => {});
    socket.write(body);
    assert.match(await answer, /^HTTP\/1\.1 200 OK.*"pairing_code"/s);
    await closed;
  });

  test('has an end, whoever holds on to it', async (t) => {
    const relay = await relayFor(t);
    const deaf = await deafLink(t, relay);
    const slow = connect(Number(new URL(relay.url).port), '127.0.0.1');
    slow.on('error', () => {});
    slow.write(
      `POST /backend-api/${paths.claimStart} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n`,
    );
    await once(slow, 'data');
    const ends = [deaf, slow].map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    deaf.on('error', () => {}).resume();
    slow.resume();
    await Promise.race([
      relay.close({ graceMs: 100 }),
      delay(30_000, null, { ref: false }).then(() => assert.fail('it does not end')),
    ]);
    await Promise.all(ends);
  });
});

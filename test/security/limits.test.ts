import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { limits, paths } from '@holdfast/wire';
import { ask } from '../../packages/relay/test/harness/ask.ts';
import { TestController } from '../../packages/relay/test/harness/controller.ts';
import { TestHost } from '../../packages/relay/test/harness/host.ts';
import { Peer } from '../../packages/relay/test/harness/peer.ts';
import { relayFor } from '../../packages/relay/test/harness/relay.ts';
import { eventually } from '../e2e/support/host-process.ts';

const CLAIM = `/backend-api/${paths.claimFinish}`;

/** Sends raw bytes, and gives all that comes until the relay ends the connection. */
async function speak(
  port: number,
  text: string,
  host = '127.0.0.1',
): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(port, host);
  let got = '';
  socket.setEncoding('latin1').on('data', (part) => {
    got += part;
  });
  socket.on('error', () => {}); // a reset is an end too
  const ended = once(socket, 'close').then(() => got);
  await once(socket, 'connect');
  socket.write(text);
  return { socket, ended };
}

test('a body over the limit is refused as soon as it is, whether it says its size or not', async (t) => {
  const { url } = await relayFor(t);
  const port = Number(new URL(url).port);
  const much = 'x'.repeat(limits.restBodyBytes + 1);
  const told = await ask(`${url}${CLAIM}`, { method: 'POST', body: much });
  assert.equal(told.status, 413);
  const head = `POST ${CLAIM} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n`;
  const endless = await speak(port, head);
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  for (let sent = 0; sent <= limits.restBodyBytes; sent += 0x4000) endless.socket.write(chunk);
  const [first] = await once(endless.socket, 'data');
  assert.match(String(first), /^HTTP\/1\.1 413 /);
  endless.socket.destroy();
});

test('headers over the limit, and more of them than anybody sends, are refused', async (t) => {
  const { url } = await relayFor(t);
  const port = Number(new URL(url).port);
  const large = await speak(port, `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(await large.ended, /^HTTP\/1\.1 431 /);
  const endless = await speak(port, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  assert.match(await endless.ended, /^HTTP\/1\.1 (431|414) /);
});

test('requests that two parsers could read as two different things are refused', async (t) => {
  const { url } = await relayFor(t);
  const port = Number(new URL(url).port);
  for (const fields of [
    'content-length: 4\r\ntransfer-encoding: chunked',
    'content-length: 4\r\ncontent-length: 5',
    'transfer-encoding: xchunked',
    'content-length: +4',
    'x : y',
  ]) {
    const { ended } = await speak(port, `POST ${CLAIM} HTTP/1.1\r\nhost: localhost\r\n${fields}\r\n\r\n0\r\n\r\n`);
    assert.match(await ended, /^HTTP\/1\.1 4\d\d /, fields);
  }
});

test('a frame over the limit ends its link, and is not read to its end', async (t) => {
  const relay = await relayFor(t);
  const host = await TestHost.enroll(relay);
  const link = await host.link(relay.base);
  // 16 MiB at a time: the header says what is to come, and the relay need not wait for it
  const { socket: raw } = await speak(
    Number(new URL(relay.url).port),
    [
      `GET /backend-api/${paths.serverSocket} HTTP/1.1`,
      'host: localhost',
      'upgrade: websocket',
      'connection: upgrade',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      `authorization: Bearer ${host.token}`,
      'x-codex-protocol-version: 3',
      '\r\n',
    ].join('\r\n'),
  );
  await once(raw, 'data');
  assert.equal((await link.untilClosed()).code, 4001); // the newest wins
  const header = Buffer.alloc(14);
  header[0] = 0x81;
  header[1] = 0xff;
  header.writeBigUInt64BE(BigInt(limits.messageBytes) * 2n, 2);
  raw.write(header);
  await once(raw, 'close');
  await host.link(relay.base);
});

test('whoever sends headers, a body, a handshake or nothing at all, slowly, is let go', async (t) => {
  const { url, base } = await relayFor(t, { bounds: { headersMs: 200, requestMs: 300 } });
  const port = Number(new URL(url).port);
  const upgrade = `GET /backend-api/${paths.clientSocket} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\n`;
  const drip = async (text: string) => {
    const { socket, ended } = await speak(port, text);
    const beat = setInterval(() => socket.write('x'), 50);
    socket.once('close', () => clearInterval(beat));
    return ended;
  };
  const answers = await Promise.all([
    drip('GET / HTTP/1.1\r\nhost: localhost\r\nx: '),
    drip(`POST ${CLAIM} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 60000\r\n\r\n`),
    drip(`${upgrade}x: `),
    speak(port, '').then(({ ended }) => ended),
  ]);
  for (const answer of answers.slice(0, 3)) assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.equal((await fetch(`${base.replace('/backend-api', '')}/healthz`)).status, 200);
});

test('one address has so many connections, of all kinds together, and what it holds half open counts', async (t) => {
  const address = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (address === undefined) return t.skip('this machine has loopback alone');
  const relay = await relayFor(t, {
    listen: { host: '0.0.0.0', port: 0 },
    allowInsecure: true,
    bounds: { connectionsPerAddress: 3 },
  });
  const port = Number(new URL(relay.url).port);
  const held = await Promise.all([1, 2, 3].map(() => speak(port, 'GET / HTTP/1.1\r\nhost: x', address)));
  const refused = await speak(port, '', address);
  assert.equal(await refused.ended, '');
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  held[0]?.socket.destroy();
  await held[0]?.ended;
  const request = `GET /healthz HTTP/1.1\r\nhost: ${address}\r\nconnection: close\r\n\r\n`;
  await eventually('a place for another one', async () => {
    const { ended } = await speak(port, request, address);
    return (await ended).startsWith('HTTP/1.1 200 ');
  });
  for (const { socket } of held) socket.destroy();
});

test('one device has so many links and streams, and what it opens beyond costs nobody else', async (t) => {
  const relay = await relayFor(t, { bounds: { sessionsPerClient: 2, streamsPerClient: 3 } });
  const host = await TestHost.enroll(relay);
  const [greedy, other] = [
    await TestController.claim(relay.base, await host.pair(relay.base)),
    await TestController.claim(relay.base, await host.pair(relay.base)),
  ];
  const hostLink = await host.link(relay.base);
  const calm = await other.link(relay.base);
  calm.send(other.message('calm', 1));
  const sessions: Peer[] = [];
  for (let n = 0; n < 4; n += 1) sessions.push(await greedy.link(relay.base, { session: `session-number-${n}` }));
  assert.equal((await sessions[0]?.untilClosed())?.code, 4008);
  const last = sessions[3];
  assert.ok(last instanceof Peer);
  for (let n = 0; n < 10; n += 1) last.send(greedy.message(`s${n}`, 1));
  await last.settled();
  const closed = () => hostLink.count(({ type }) => type === 'client_closed');
  await hostLink.until('the streams that made room', () => closed() === 7);
  calm.send(other.message('calm', 2));
  await hostLink.frame('the calm one', ({ stream_id, seq_id }) => stream_id === 'calm' && seq_id === 2);
  assert.equal(
    calm.count(({ type }) => type === 'pong'),
    0,
  );
});

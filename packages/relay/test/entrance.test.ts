import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { type ChallengeResponse, headers, paths, socketEndpoint } from '@holdfast/wire';
import { ask as askAny } from './harness/ask.ts';
import { claim, newKey, TestController } from './harness/controller.ts';
import { type Json, post, TestHost } from './harness/host.ts';
import { open, Peer } from './harness/peer.ts';
import { relayFor } from './harness/relay.ts';
import { appFor } from './harness/services.ts';

/** A request whose answer is JSON. */
async function ask(...request: Parameters<typeof askAny>) {
  const { text, ...answer } = await askAny(...request);
  return { ...answer, body: JSON.parse(text) as Json };
}

/** Everything that comes until the relay ends the connection. */
async function untilEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {}); // a reset is an end too
  await new Promise((resolve) => socket.on('close', resolve));
  return text;
}

test('a page that points a name of its own at the relay is refused, request and websocket alike', async (t) => {
  const relay = await relayFor(t);
  const rebound = { host: `evil.example:${new URL(relay.url).port}` };
  const answer = await ask(`${relay.base}/${paths.claimStart}`, { method: 'POST', headers: rebound });
  assert.deepEqual([answer.status, answer.body['code']], [421, 'host_refused']);
  assert.equal((await ask(`${relay.url}/healthz`, { headers: rebound })).status, 421);
  const link = await open(socketEndpoint(relay.base, paths.clientSocket), { headers: rebound });
  assert.ok(!(link instanceof Peer));
  assert.deepEqual([link.status, link.body['code']], [421, 'host_refused']);
});

test('what is no handshake of a websocket is refused with what is missing, and logged as what it was', async (t) => {
  const relay = await relayFor(t);
  const host = await TestHost.enroll(relay);
  const handshake = { ...host.linkHeaders, connection: 'upgrade', upgrade: 'websocket' };
  const { status, body } = await ask(`${relay.base}/${paths.serverSocket}`, { headers: handshake });
  assert.deepEqual([status, body['code']], [400, 'bad_handshake']);
  assert.match(String(body['detail']), /Sec-WebSocket-Key/);
  assert.match(await relay.metrics(), /handshakes_total\{route="[^"]*\/server",status="400"\} 1\n/);
  assert.ok((await host.link(relay.base)) instanceof Peer);
});

test('under its public name the relay answers, and challenges name that as their target', async (t) => {
  const relay = await relayFor(t, { publicUrl: 'https://relay.example.org' });
  assert.equal(relay.publicUrl, 'https://relay.example.org');
  const { status, body } = await ask(`${relay.base}/${paths.claimStart}`, {
    method: 'POST',
    headers: { host: 'relay.example.org' },
  });
  assert.equal(status, 200);
  const { device_key_challenge } = body as ChallengeResponse;
  assert.equal(device_key_challenge.target_origin, 'https://relay.example.org');
  for (const publicUrl of ['relay.example.org', 'ftp://relay.example.org', 'https://relay.example.org/path', '']) {
    await assert.rejects(relayFor(t, { publicUrl }), { name: 'RangeError', message: /publicUrl must be like/ });
  }
});

test("a page of another origin opens no websocket and posts nothing; the relay's own does both", async (t) => {
  const relay = await relayFor(t);
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const socket = async (origin: string) =>
    open(socketEndpoint(relay.base, paths.clientSocket), {
      protocols: ['holdfast.v1', `ticket.${await controller.ticket(relay.base)}`],
      headers: { origin },
    });
  for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null']) {
    const link = await socket(origin);
    assert.ok(!(link instanceof Peer), origin);
    assert.deepEqual([link.status, link.body['code']], [403, 'origin_refused']);
    for (const method of ['POST', 'DELETE', 'PATCH']) {
      const answer = await ask(`${relay.base}/${paths.claimStart}`, { method, headers: { origin } });
      assert.deepEqual([answer.status, answer.body['code']], [403, 'origin_refused'], `${method} ${origin}`);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  }
  assert.ok((await socket(relay.url)) instanceof Peer);
  const own = await ask(`${relay.base}/${paths.claimStart}`, { method: 'POST', headers: { origin: relay.url } });
  assert.equal(own.status, 200);
});

test('one address that knocks too often is told to wait, and nobody else notices', async (t) => {
  const relay = await relayFor(t, { trustProxy: 1, bounds: { requestsPerMinute: 5 } });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const knock = (address: string) => post(relay.base, paths.claimStart, {}, from(address));
  for (let n = 0; n < 5; n += 1) assert.equal((await knock('203.0.113.7')).status, 200);
  const refused = await knock('203.0.113.7');
  assert.deepEqual([refused.status, refused.body['code']], [429, 'too_many_requests']);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  const socket = await open(socketEndpoint(relay.base, paths.serverSocket), { headers: from('203.0.113.7') });
  assert.ok(!(socket instanceof Peer));
  assert.equal(socket.status, 429);
  assert.equal((await knock('203.0.113.8')).status, 200);
  assert.equal((await knock('10.0.0.1, 203.0.113.8')).status, 200);
});

test('an account whose tokens ask too often is told to wait, and another one is not', async (t) => {
  const { ask, account, services, clock } = appFor(t, { bounds: { accountRequestsPerMinute: 3 } });
  const list = (as: Record<string, string>) => ask('GET', paths.environments, { as });
  for (let n = 0; n < 3; n += 1) assert.equal((await list(account)).status, 200);
  const refused = await list(account);
  assert.deepEqual([refused.status, refused.body['code']], [429, 'too_many_requests']);
  assert.equal(refused.headers.get('retry-after'), '20');
  const { accountId, accountToken } = services.accounts.mintToken(services.accounts.create('other').accountId);
  const other = { authorization: `Bearer ${accountToken}`, [headers.accountId]: accountId };
  assert.equal((await list(other)).status, 200);
  await clock.advance(20_000);
  assert.equal((await list(account)).status, 200);
});

test('one address opens so many links behind a proxy, and may open another when one has ended', async (t) => {
  const relay = await relayFor(t, { trustProxy: 1, bounds: { connectionsPerAddress: 2 } });
  const link = async (address: string) => {
    const host = await TestHost.enroll(relay);
    return host.tryLink(relay.base, { extra: { 'x-forwarded-for': address } });
  };
  const first = await link('203.0.113.7');
  assert.ok(first instanceof Peer && (await link('203.0.113.7')) instanceof Peer);
  const refused = await link('203.0.113.7');
  assert.ok(!(refused instanceof Peer));
  assert.deepEqual([refused.status, refused.body['code']], [429, 'too_many_connections']);
  assert.equal(refused.headers['retry-after'], '30');
  assert.ok((await link('203.0.113.8')) instanceof Peer);
  first.socket.close();
  await first.untilClosed();
  assert.ok((await link('203.0.113.7')) instanceof Peer);
});

test('one address opens so many sockets', async (t) => {
  const address = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  if (address === undefined) return t.skip('this machine has no address but loopback');
  const relay = await relayFor(t, {
    listen: { host: address, port: 0 },
    allowInsecure: true,
    bounds: { connectionsPerAddress: 2 },
  });
  const port = Number(new URL(relay.url).port);
  const sockets = [connect(port, address), connect(port, address)];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) {
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
  }
  assert.equal(await untilEnd(connect(port, address)), '');
});

test('who sends a request one byte at a time, or says nothing at all, is cut off', async (t) => {
  const relay = await relayFor(t, { bounds: { headersMs: 100, requestMs: 200 } });
  const port = Number(new URL(relay.url).port);
  const slow = connect(port, '127.0.0.1');
  const drip = setInterval(() => slow.write('x'), 20);
  t.after(() => clearInterval(drip));
  slow.once('data', () => clearInterval(drip)); // what is written to a closed end would be answered with a reset
  slow.write('GET / HTTP/1.1\r\nhost: localhost\r\nx-drip: ');
  const slowBody = connect(port, '127.0.0.1');
  slowBody.write(`POST /backend-api/${paths.claimStart} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{`);
  const mute = connect(port, '127.0.0.1');
  const answers = await Promise.all([slow, slowBody, mute].map(untilEnd));
  assert.match(answers[0] ?? '', /^HTTP\/1\.1 408 /);
});

test('a handshake that is refused holds no socket, though its peer never closes', async (t) => {
  const relay = await relayFor(t);
  const socket = connect({ port: Number(new URL(relay.url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write(
    'GET /backend-api/wham/remote/control/server HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  );
  let text = '';
  socket.on('data', (part) => {
    text += String(part);
  });
  await once(socket, 'end');
  assert.match(text, /^HTTP\/1\.1 426 /);
  socket.on('error', () => {});
  await relay.close(); // would wait for it, were it held
  socket.destroy();
});

test('guesses of pairing codes are counted by the address behind the proxy', async (t) => {
  const relay = await relayFor(t, { trustProxy: 1 });
  const guess = async (address: string, sign = 'Z') => {
    const { client_id, device_key_challenge } = (await post(relay.base, paths.claimStart, {}))
      .body as ChallengeResponse;
    const key = await newKey();
    return post(
      relay.base,
      paths.claimFinish,
      {
        client_id,
        manual_pairing_code: `ZZZZ-ZZZ${sign}`,
        device: { display_name: 'phone' },
        device_identity: key.identity,
        device_key_proof: {
          challenge_token: device_key_challenge.challenge_token,
          key_id: key.identity.key_id,
          signature_der_base64: 'AAAA',
          signed_payload_base64: 'AAAA',
          algorithm: 'ecdsa_p256_sha256',
        },
      },
      { 'x-forwarded-for': address },
    );
  };
  for (let left = 9; left >= 0; left -= 1) {
    assert.equal((await guess(`10.1.1.${left}, 203.0.113.7`, 'ABCDEFGHJK'[left])).body['tries_left'], left);
  }
  assert.equal((await guess('203.0.113.7')).status, 429);
  const host = await TestHost.enroll(relay);
  const code = String((await host.pair(relay.base))['pairing_code']);
  assert.equal((await claim(relay.base, { pairing_code: code }, await newKey())).status, 200);
});

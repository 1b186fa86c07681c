import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type ConnectProxyOptions, startConnectProxy, startTlsFront, TEST_CA_FILE } from '@holdfast/testkit';
import { WebSocket, WebSocketServer } from 'ws';
import { Egress, EgressError } from '../src/index.ts';

/** Answers every request with its path, and every websocket with what it was sent. */
async function startRelay(t: TestContext): Promise<number> {
  const server = createServer((request, answer) => answer.end(request.url));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startProxy(t: TestContext, options: ConnectProxyOptions) {
  const proxy = await startConnectProxy(options);
  t.after(() => proxy.close());
  return proxy;
}

function openEgress(t: TestContext, env: Record<string, string>, caFile?: string): Egress {
  const egress = new Egress({ env, caFile });
  t.after(() => egress.close());
  return egress;
}

/** A proxy in front of a relay in the clear and one behind TLS, each under a name that only the proxy knows. */
async function behindProxy(t: TestContext, options: Omit<ConnectProxyOptions, 'routes'> = {}) {
  const port = await startRelay(t);
  const front = await startTlsFront(port);
  t.after(() => front.close());
  const proxy = await startProxy(t, {
    ...options,
    routes: { 'relay.test:443': front.port, 'other.test:443': front.port, 'relay.test:80': port },
  });
  return { proxy, front };
}

async function echo(socket: WebSocket): Promise<string> {
  await once(socket, 'open');
  socket.send('hello');
  const [data] = await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
  return String(data);
}

/** Why a request failed, in the words that the host shows. */
async function failureOf(egress: Egress, url: string): Promise<EgressError> {
  const error: unknown = await egress.fetch(url).then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error && error.cause instanceof EgressError, String(error));
  return error.cause;
}

describe('behind a proxy', () => {
  for (const secure of [false, true]) {
    test(`requests and websockets, with TLS and without, go by CONNECT through ${secure ? 'an https' : 'an http'} proxy, with its password`, async (t) => {
      const { proxy, front } = await behindProxy(t, { secure, credentials: 'me:p%40ss' });
      const egress = openEgress(t, { ALL_PROXY: proxy.url }, TEST_CA_FILE);
      for (const scheme of ['https', 'http']) {
        assert.equal(await (await egress.fetch(`${scheme}://relay.test/a`)).text(), '/a');
        const url = new URL(`${scheme.replace('http', 'ws')}://relay.test/b`);
        assert.equal(await echo(new WebSocket(url, { agent: egress.agentFor(url) })), 'hello');
        assert.equal(await echo(new egress.WebSocket(url.href, [])), 'hello');
      }
      assert.deepEqual(proxy.opened, [...Array(3).fill('relay.test:443'), ...Array(3).fill('relay.test:80')]);
      assert.deepEqual([proxy.others, proxy.refused], [[], []]);
      assert.deepEqual(front.names, Array(3).fill('relay.test'));
    });
  }

  test('what is on loopback or in NO_PROXY is reached without it', async (t) => {
    const port = await startRelay(t);
    const proxy = await startProxy(t, { routes: {} });
    const egress = openEgress(t, { ALL_PROXY: proxy.url });
    assert.equal(await (await egress.fetch(`http://127.0.0.1:${port}/a`)).text(), '/a');
    assert.deepEqual([proxy.opened, proxy.refused, proxy.others], [[], [], []]);
  });

  const answers: [string, Omit<ConnectProxyOptions, 'routes'>, string, RegExp, number][] = [
    [
      'no password where it wants one',
      { credentials: 'me:secret' },
      '',
      /407 .*wants a user and a password.*HTTPS_PROXY/,
      407,
    ],
    [
      'a wrong password',
      { credentials: 'me:other' },
      'me:secret@',
      /407 .*does not accept the user and password in HTTPS_PROXY/,
      407,
    ],
    ['a name that it does not know', {}, 'me:secret@', /502 .*cannot reach/, 502],
  ];
  for (const [what, options, user, words, status] of answers) {
    test(`${what}: the error names the proxy and its answer, and no password`, async (t) => {
      const proxy = await startProxy(t, { ...options, routes: {} });
      const egress = openEgress(t, { HTTPS_PROXY: `http://${user}127.0.0.1:${proxy.port}` });
      const error = await failureOf(egress, 'https://relay.test/');
      assert.match(error.message, words);
      assert.match(error.message, new RegExp(`http://127\\.0\\.0\\.1:${proxy.port} .*CONNECT relay\\.test:443`));
      assert.doesNotMatch(error.message, /secret/);
      assert.equal(error.proxyStatus, status);
      const socket = new egress.WebSocket('wss://relay.test/');
      const [refused] = await once(socket, 'error');
      assert.equal(refused.message, error.message);
    });
  }

  test('a refusal, a hang-up and a proxy that is not there are told apart', async (t) => {
    const { proxy } = await behindProxy(t);
    const egress = openEgress(t, { HTTPS_PROXY: proxy.url }, TEST_CA_FILE);
    proxy.behaviour = 403;
    assert.match((await failureOf(egress, 'https://relay.test/')).message, /403 Forbidden: .*allow CONNECT/);
    proxy.behaviour = 'hang-up';
    assert.match(
      (await failureOf(egress, 'https://relay.test/')).message,
      /HTTPS_PROXY.*cannot be used: socket hang up/,
    );
    await proxy.close();
    assert.match((await failureOf(egress, 'https://relay.test/')).message, /cannot be used: connect ECONNREFUSED/);
  });

  test('a proxy that never answers holds nobody after the end', async (t) => {
    const { proxy } = await behindProxy(t);
    proxy.behaviour = 'hang';
    const egress = openEgress(t, { HTTPS_PROXY: proxy.url });
    const request = assert.rejects(egress.fetch('https://relay.test/'));
    const socket = new egress.WebSocket('wss://relay.test/');
    const failed = once(socket, 'error');
    await egress.close();
    await request;
    assert.match(String((await failed)[0]), /way out was closed/);
    await assert.rejects(egress.fetch('https://relay.test/'));
  });

  test('an answer that comes slowly is waited for', async (t) => {
    const { proxy } = await behindProxy(t);
    proxy.latencyMs = 200;
    const egress = openEgress(t, { HTTPS_PROXY: proxy.url }, TEST_CA_FILE);
    assert.equal((await egress.fetch('https://relay.test/')).status, 200);
  });
});

describe('a private authority', () => {
  test('without its file the certificate is refused, for HTTP and websockets alike, and the error says what to do', async (t) => {
    const front = await startTlsFront(await startRelay(t));
    t.after(() => front.close());
    const egress = openEgress(t, {});
    const { message, code } = await failureOf(egress, `https://127.0.0.1:${front.port}/`);
    assert.equal(code, 'ERR_EGRESS_TLS');
    assert.match(message, /certificate of 127\.0\.0\.1:\d+ is signed by nobody.*--ca-file.*NODE_EXTRA_CA_CERTS/);
    const [refused] = await once(new egress.WebSocket(`wss://127.0.0.1:${front.port}/`), 'error');
    assert.equal(refused.message, message);
    const trusting = openEgress(t, {}, TEST_CA_FILE);
    assert.equal((await trusting.fetch(`https://127.0.0.1:${front.port}/`)).status, 200);
    assert.equal(await echo(new trusting.WebSocket(`wss://localhost:${front.port}/`)), 'hello');
  });

  test('a certificate that has expired, one for another name, and no TLS at all', async (t) => {
    const port = await startRelay(t);
    const expired = await startTlsFront(port, 'expired');
    t.after(() => expired.close());
    const { proxy } = await behindProxy(t);
    const egress = openEgress(t, { HTTPS_PROXY: proxy.url }, TEST_CA_FILE);
    assert.match((await failureOf(egress, `https://127.0.0.1:${expired.port}/`)).message, /has expired/);
    assert.match((await failureOf(egress, 'https://other.test/')).message, /for another name/);
    assert.match((await failureOf(egress, `https://127.0.0.1:${port}/`)).message, /does not speak TLS.*http:\/\//);
  });

  test('an https proxy whose certificate is not trusted is not told where one wants to go', async (t) => {
    const { proxy } = await behindProxy(t, { secure: true, credentials: 'me:secret' });
    const egress = openEgress(t, { HTTPS_PROXY: proxy.url });
    assert.match((await failureOf(egress, 'https://relay.test/')).message, /proxy https:.*cannot be used: .*--ca-file/);
    assert.deepEqual([proxy.opened, proxy.refused], [[], []]);
  });

  test('a file that is missing, or holds no certificate', (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'hf-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const open = (caFile: string) => () => new Egress({ env: {}, caFile });
    assert.throws(open(join(dir, 'none.pem')), /cannot be read: ENOENT.*none\.pem/);
    const file = join(dir, 'ca.pem');
    writeFileSync(file, 'nothing');
    assert.throws(open(file), /ca\.pem holds no certificate/);
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    assert.throws(open(file), /cannot be read; is it cut off/);
  });
});

/** A TCP server that says one thing to whoever says anything, and hangs up after it. */
async function startSayer(t: TestContext, words: string): Promise<{ port: number; connections(): number }> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => socket.end(words));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, connections: () => connections };
}

test('a server that breaks off in the TLS handshake is told as such', async (t) => {
  const { port } = await startSayer(t, '');
  const { message } = await failureOf(openEgress(t, {}), `https://127.0.0.1:${port}/`);
  assert.match(message, /broke off during the TLS handshake/);
});

describe('a proxy that is none', () => {
  for (const [what, words, reason] of [
    [
      'answers CONNECT with a page',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Log in</h1>',
      /want you to log in\?/,
    ],
    [
      'opens a way and ends it',
      'HTTP/1.0 200 Connection established\r\nProxy-agent: old\r\n\r\n',
      /other side closed|hang up|TLS/,
    ],
    [
      'wants to be signed in to by another scheme',
      'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n',
      /407 No: it wants to be signed in to by Negotiate/,
    ],
    [
      'speaks no HTTP',
      'SSH-2.0-OpenSSH_9.2\r\n',
      /\(ALL_PROXY\) on the way to relay\.test:\d+ cannot be used: Parse Error/,
    ],
  ] as const) {
    test(`${what}: it is told, and asked once`, async (t) => {
      for (const url of ['http://relay.test/', 'https://relay.test/']) {
        const { port, connections } = await startSayer(t, words);
        const egress = openEgress(t, { ALL_PROXY: `http://127.0.0.1:${port}` });
        const error: unknown = await egress.fetch(url).catch((failure: Error) => failure.cause);
        assert.ok(error instanceof Error);
        assert.match(error.message, reason);
        assert.equal(connections(), 1);
      }
    });
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { type WebSocket, WebSocketServer } from 'ws';
import { AgentConnection } from '../src/agent/agent-connection.ts';
import { parseAgentAddress } from '../src/index.ts';
import { OUTBOX_WINDOW } from '../src/stream/outbox.ts';
import { connectedHost, eventually, statusOf, temporaryFolder } from './harness.ts';

/** An agent that all connections share: it counts what it is told by whomever, and does what a test asks of it. */
class SharedAgent {
  readonly sockets: WebSocket[] = [];
  readonly server: Server = createServer();
  told = 0;
  readonly #listener = new WebSocketServer({ server: this.server, perMessageDeflate: false });

  constructor() {
    this.#listener.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('message', (data) => this.#answer(socket, JSON.parse(String(data))));
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server.close(), 'close');
  }

  #answer(socket: WebSocket, { id, method, params }: { id?: unknown; method: string; params: { count: number } }) {
    this.told += 1;
    const reply = (result: unknown) => socket.send(JSON.stringify({ id, result }));
    if (method === 'leave') return socket.close(4000, 'enough');
    if (method === 'binary') socket.send(Buffer.from('{"method":"tick"}'));
    if (method === 'flood')
      for (let n = 0; n < params.count; n += 1) socket.send(`{"method":"tick","params":{"n":${n}}}`);
    if (method === 'huge') socket.send('x'.repeat(101 * 1024 * 1024));
    if (id !== undefined && method !== 'silent') reply({ told: this.told, by: this.sockets.indexOf(socket) });
  }
}

async function agentAt(t: TestContext, listen: { path: string } | { port: number }): Promise<SharedAgent> {
  const agent = new SharedAgent();
  t.after(() => agent.close());
  agent.server.listen('path' in listen ? listen : { ...listen, host: '127.0.0.1' });
  await once(agent.server, 'listening');
  return agent;
}

async function agentOnPort(t: TestContext) {
  const shared = await agentAt(t, { port: 0 });
  const address = shared.server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { shared, agent: parseAgentAddress(`ws://127.0.0.1:${address.port}`) };
}

describe('a shared agent', () => {
  test('serves every stream over a connection of its own', async (t) => {
    const { shared, agent } = await agentOnPort(t);
    const { authority } = await connectedHost(t, { agent });
    const one = authority.openStream();
    const other = authority.openStream();
    assert.deepEqual((await one.request('initialize')).result, { told: 1, by: 0 });
    assert.deepEqual((await other.request('initialize')).result, { told: 2, by: 1 });
    assert.deepEqual((await one.request('look')).result, { told: 3, by: 0 }, 'one sees what the other did');
    one.close();
    await eventually(() => shared.sockets[0]?.readyState === shared.sockets[0]?.CLOSED);
    assert.deepEqual((await other.request('look')).result, { told: 4, by: 1 });
  });

  test('is reached over a unix socket, whatever its path', async (t) => {
    const path = join(temporaryFolder(t), 'a:b c.sock');
    await agentAt(t, { path });
    const { authority } = await connectedHost(t, { agent: parseAgentAddress(`unix://${path}`) });
    assert.deepEqual((await authority.openStream().request('initialize')).result, { told: 1, by: 0 });
  });

  test('that leaves ends the stream: who waits is told why, and the stream is unknown', async (t) => {
    const { agent } = await agentOnPort(t);
    const { authority, host } = await connectedHost(t, { agent });
    const stream = authority.openStream();
    await stream.request('initialize');
    const waiting = stream.request('silent');
    stream.send({ method: 'leave' });
    assert.match(
      JSON.stringify((await waiting).error),
      /ws:\/\/127\.0\.0\.1:\d+\/ closed the connection with 4000: enough/,
    );
    await authority.waitFor(() => stream.pongs.includes('unknown'));
    assert.deepEqual(host.status().streams, []);
    assert.ok((await authority.openStream().request('initialize')).result);
  });

  test('that breaks off does so too', async (t) => {
    const { shared, agent } = await agentOnPort(t);
    const { authority } = await connectedHost(t, { agent });
    const stream = authority.openStream();
    await stream.request('initialize');
    const waiting = stream.request('silent');
    await eventually(() => shared.told === 2);
    shared.sockets[0]?.terminate();
    assert.match(JSON.stringify((await waiting).error), /the connection to ws:.* broke off/);
    await authority.waitFor(() => stream.pongs.includes('unknown'));
  });

  const absent = {
    'where nobody listens': {
      url: 'ws://127.0.0.1:1/',
      why: /ws:\/\/127\.0\.0\.1:1\/ cannot be reached: nobody listens/,
    },
    'whose socket is not there': {
      url: 'unix:///no/such.sock',
      why: /unix:\/\/\/no\/such\.sock cannot be reached: there is no/,
    },
    'whose name is none': {
      url: 'ws://no-such-name.invalid/',
      why: /ws:\/\/no-such-name\.invalid\/ cannot be reached: /,
    },
  };
  for (const [what, { url, why }] of Object.entries(absent)) {
    test(`${what} is an error of the initialize that names it`, async (t) => {
      const { authority, host } = await connectedHost(t, { agent: { url } });
      const stream = authority.openStream();
      assert.match(JSON.stringify((await stream.request('initialize')).error), why);
      await authority.waitFor(() => stream.pongs.includes('unknown'));
      assert.deepEqual(host.status().streams, []);
    });
  }

  test('that is no websocket is an error that says what it answered', async (t) => {
    const server = createServer((_, response) => response.writeHead(401).end('no'));
    server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n'));
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { authority } = await connectedHost(t, { agent: { url: `ws://127.0.0.1:${address.port}/` } });
    assert.match(
      JSON.stringify((await authority.openStream().request('initialize')).error),
      /cannot be reached: .*401/,
    );
  });

  test('is not read while a controller does not ack, and nobody else notices', async (t) => {
    const { agent } = await agentOnPort(t);
    const { authority, host, link } = await connectedHost(t, { agent });
    authority.acking = false;
    const stuck = authority.openStream();
    await stuck.request('initialize');
    stuck.send({ method: 'flood', params: { count: 200_000 } });
    await statusOf(host, ({ streams }) => streams[0]?.stopped);
    const other = authority.openStream();
    assert.ok((await other.request('initialize')).result);
    const kept = host.status().streams[0]?.unacked ?? 0;
    assert.ok(kept < 10 * OUTBOX_WINDOW.frames, `${kept} frames`);
    link.send({ type: 'ack', client_id: stuck.clientId, stream_id: stuck.streamId, seq_id: kept });
    await authority.waitFor(() => stuck.frames.length > kept);
  });

  test('that sends what is no message is warned of, and one that sends too much loses that stream', async (t) => {
    const { agent } = await agentOnPort(t);
    const { authority, log } = await connectedHost(t, { agent });
    const stream = authority.openStream();
    await stream.request('initialize');
    await stream.request('binary');
    assert.match(log.text, /sent a binary frame; it was dropped/);
    const waiting = stream.request('silent');
    stream.send({ method: 'huge' });
    assert.match(JSON.stringify((await waiting).error), /Max payload size exceeded/);
    assert.ok((await authority.openStream().request('initialize')).result);
  });

  test('that does not answer a ping for a minute is given up, unless it is not read', async (t) => {
    const { shared, agent } = await agentOnPort(t);
    const clock = new ManualClock(Date.now());
    const ends: string[] = [];
    const connect = () =>
      new AgentConnection(agent, clock, { onMessage: () => {}, onWarning: () => {}, onEnd: (why) => ends.push(why) });
    const deaf = connect();
    const paused = connect();
    t.after(() => {
      deaf.kill();
      paused.kill();
    });
    await eventually(() => shared.sockets.length === 2);
    for (const connection of [deaf, paused]) connection.write('{"method":"hello"}');
    await eventually(() => shared.told === 2);
    paused.pause();
    for (const socket of shared.sockets) socket.pause();
    await clock.advance(80_000);
    await deaf.ended;
    assert.equal(ends.length, 1);
    assert.match(ends[0] ?? '', /did not answer for 60 s/);
  });
});

describe('the address of an agent', () => {
  test('is a websocket, or a unix socket, which alone is that of codex', () => {
    const env = { CODEX_HOME: '/home/me/.codex' };
    assert.equal(parseAgentAddress('ws://127.0.0.1:4500').url, 'ws://127.0.0.1:4500/');
    assert.equal(parseAgentAddress('wss://agent.example/x').url, 'wss://agent.example/x');
    assert.equal(parseAgentAddress('unix:///run/a.sock').url, 'unix:///run/a.sock');
    assert.equal(parseAgentAddress('unix://a.sock').url, `unix://${process.cwd()}/a.sock`);
    assert.equal(
      parseAgentAddress('unix://', env).url,
      'unix:///home/me/.codex/app-server-control/app-server-control.sock',
    );
    for (const text of ['', 'http://127.0.0.1', 'ws:', '127.0.0.1:4500', 'unix:/a.sock'])
      assert.throws(() => parseAgentAddress(text), /has the form ws:\/\/127/, text);
    assert.throws(
      () => parseAgentAddress('ws://me:secret@127.0.0.1'),
      (error) => !String(error).includes('secret'),
    );
  });
});

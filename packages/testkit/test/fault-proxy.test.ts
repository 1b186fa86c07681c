import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { type FaultProxy, startFaultProxy } from '../src/index.ts';

/** A server that sends back what it gets, with its name before it. */
async function startEcho(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => socket.write(`${name}:${data}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

let echo: Server;
let proxy: FaultProxy;
let sockets: Socket[] = [];

beforeEach(async () => {
  echo = await startEcho('a');
  proxy = await startFaultProxy(portOf(echo));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await proxy.close();
  echo.close();
});

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function say(socket: Socket, text: string): Promise<unknown> {
  socket.write(text);
  const [reply] = await once(socket, 'data');
  return reply;
}

test('it passes bytes both ways', async () => {
  assert.equal(await say(await open(), 'hello'), 'a:hello');
});

test('a cut is a reset, or an orderly end', async () => {
  const reset = await open();
  await say(reset, 'x');
  const failure = once(reset, 'close').catch((error) => error);
  proxy.cutAll();
  assert.equal((await failure).code, 'ECONNRESET');

  const ended = await open();
  await say(ended, 'x');
  const closed = once(ended, 'close');
  proxy.cutAll('end');
  assert.deepEqual(await closed, [false]);
  assert.equal(proxy.cuts, 2);
});

test('it cuts again and again until told to stop', async () => {
  proxy.cutEvery(5, 'end');
  for (let cut = 0; cut < 3; cut += 1) {
    const socket = await open();
    socket.resume();
    await once(socket, 'close');
  }
  proxy.cutEvery(0);
  assert.equal(await say(await open(), 'x'), 'a:x');
});

test('a stall keeps the socket open and loses nothing', async () => {
  const socket = await open();
  await say(socket, 'x');
  proxy.stall();
  let heard = '';
  socket.on('data', (text) => {
    heard += text;
  });
  socket.write('y');
  // A connection of its own that goes all the way round the event loops, as proof that time passed for the stalled one too.
  const { port } = proxy;
  const bystander = await startFaultProxy(portOf(echo));
  const other = connect(bystander.port, '127.0.0.1').setEncoding('utf8');
  await say(other, 'z');
  other.destroy();
  await bystander.close();
  assert.deepEqual([heard, socket.readyState, port], ['', 'open', proxy.port]);
  const [reply] = await Promise.all([once(socket, 'data'), proxy.resume()]);
  assert.deepEqual(reply, ['a:y']);
});

test('a half-open connection swallows what is sent and never says so', async () => {
  const socket = await open();
  await say(socket, 'x');
  const [served] = await Promise.all([new Promise((resolve) => echo.getConnections((_, count) => resolve(count)))]);
  assert.equal(served, 1);
  proxy.halfOpen();
  await new Promise<void>((resolve) => socket.write('into the void', () => resolve()));
  assert.equal(socket.readyState, 'open');
  assert.equal(await say(await open(), 'y'), 'a:y', 'a new connection is whole');
  assert.equal(socket.readyState, 'open');
});

test('it refuses new connections and keeps those that are up', async () => {
  const up = await open();
  await say(up, 'x');
  proxy.refuse();
  await assert.rejects(open, { code: 'ECONNREFUSED' });
  assert.equal(await say(up, 'y'), 'a:y');
  await proxy.accept();
  assert.equal(await say(await open(), 'z'), 'a:z');
});

test('new connections follow a retarget', async () => {
  const moved = await startEcho('b');
  try {
    proxy.retarget(portOf(moved));
    assert.equal(await say(await open(), 'x'), 'b:x');
  } finally {
    for (const socket of sockets) socket.destroy();
    moved.close();
  }
});

test('latency delays bytes and a drip spreads them', async () => {
  const socket = await open();
  proxy.setLatency(20);
  const before = performance.now();
  assert.equal(await say(socket, 'x'), 'a:x');
  assert.ok(performance.now() - before >= 38, 'twice the latency, less the rounding of timers');
  proxy.setLatency(0);
  proxy.drip(500);
  const parts: string[] = [];
  socket.on('data', (part: string) => parts.push(part));
  socket.write('0123456789'.repeat(4));
  while (parts.join('').replaceAll('a:', '').length < 40) await once(socket, 'data');
  assert.ok(parts.length > 1, 'in more than one piece');
  assert.equal(parts.join('').replaceAll('a:', ''), '0123456789'.repeat(4));
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import * as z from 'zod/mini';
import { LocalSocketClient, type LocalSocketClientOptions, RpcRefusal, readParams, rpcCodes } from '../src/index.ts';
import { serverFor, socketPath } from './harness.ts';

async function clientFor(t: TestContext, path: string, options: LocalSocketClientOptions = {}) {
  const client = await LocalSocketClient.open(path, options);
  t.after(() => client.close());
  return client;
}

/** Writes that, and gives all that comes until the other end closes. */
async function writeAndRead(path: string, written: string): Promise<string> {
  const socket = connect(path);
  socket.on('error', () => {}); // a reset is an end too
  socket.end(written);
  return text(socket).catch(() => '');
}

const echo = { echo: (params: unknown) => params };

describe('a local socket', () => {
  test("is its user's alone, and gone when it is closed", async (t) => {
    const { server } = await serverFor(t, echo);
    assert.equal(statSync(server.path).mode & 0o777, 0o600);
    const written = `${server.path}.after`;
    writeFileSync(written, '');
    assert.notEqual(statSync(written).mode & 0o777, 0o600, 'other files are made as before');
    await server.close();
    assert.equal(existsSync(server.path), false);
  });

  test('takes the place of what a killed process left there', async (t) => {
    const path = socketPath(t);
    const listen = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const other = spawn(process.execPath, ['-e', listen]);
    await once(other.stdout, 'data');
    other.kill('SIGKILL');
    await once(other, 'exit');
    assert.ok(existsSync(path), 'it left its socket');
    await serverFor(t, echo, { path });
    assert.deepEqual(await (await clientFor(t, path)).call('echo', { a: 1 }), { a: 1 });
  });

  test('does not take it from a program that lives', async (t) => {
    const path = socketPath(t);
    const other = createServer().listen(path);
    t.after(() => other.close());
    await once(other, 'listening');
    await assert.rejects(serverFor(t, echo, { path }), { code: 'ERR_LOCAL_SOCKET_TAKEN', message: /Another program/ });
    assert.deepEqual(readdirSync(dirname(path)), ['test.sock']);
  });

  test('says what to do when its path is too long', async (t) => {
    const path = `${socketPath(t)}${'x'.repeat(100)}`;
    await assert.rejects(serverFor(t, echo, { path }), /longer than the 103 bytes.*--data/);
  });

  test('answers what is no call with an error, and goes on', async (t) => {
    const { server } = await serverFor(t, echo);
    const lines = [
      'nonsense',
      '[]',
      '{"id":"u","method":"no/such"}',
      '{"id":"p","method":"toString"}',
      '{"id":1,"method":"initialize"}',
    ];
    const answers = writeAndRead(server.path, `${lines.join('\n')}\n`);
    const codes = (await answers)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } }) // our own server wrote it
      .map(({ id, error }) => [id, error?.code])
      .sort();
    assert.deepEqual(codes, [
      [null, rpcCodes.parseError],
      [null, rpcCodes.parseError],
      [1, undefined],
      ['p', rpcCodes.methodNotFound],
      ['u', rpcCodes.methodNotFound],
    ]);
  });

  test('ends a connection that sends a line without end, and no other', async (t) => {
    const { server } = await serverFor(t, echo);
    const client = await clientFor(t, server.path);
    const call = '{"id":1,"method":"echo"}';
    assert.equal(await writeAndRead(server.path, `${'x'.repeat(2 * 1024 * 1024)}\n${call}\n`), '');
    assert.deepEqual(await client.call('echo', {}), {});
  });

  test('refuses a call that is one too many of its connection, and tells which', async (t) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server } = await serverFor(t, { hold: () => held });
    const client = await clientFor(t, server.path);
    const calls = Array.from({ length: 257 }, () => client.call('hold'));
    await assert.rejects(calls[256] ?? held, { code: rpcCodes.refused, message: /256 calls/ });
    release();
    assert.equal((await Promise.all(calls.slice(0, 256))).length, 256);
  });

  test('tells a caller why it refuses, and keeps the words of a fault to itself', async (t) => {
    const refused = { retryAt: '2030-01-01T00:00:00.000Z', status: 503 };
    const { server, faults } = await serverFor(t, {
      refuse: () => {
        throw new RpcRefusal(rpcCodes.refused, 'Not now.', refused);
      },
      fail: () => Promise.reject(new Error('secret')),
      check: (params) => readParams(z.object({ count: z.number() }), params),
    });
    const client = await clientFor(t, server.path);
    await assert.rejects(client.call('refuse'), { name: 'RpcRefusal', message: 'Not now.', data: refused });
    await assert.rejects(client.call('fail'), { code: rpcCodes.internal, message: /its log says why/ });
    assert.deepEqual(
      faults.map(({ message, cause }) => [message, String(cause)]),
      [['a call of fail over the test socket failed', 'Error: secret']],
    );
    await assert.rejects(client.call('check', { count: 'two' }), { code: rpcCodes.invalidParams, message: /count/ });
  });

  test('tells everybody who is connected', async (t) => {
    const { server } = await serverFor(t, echo);
    const told = [0, 1].map(async () => {
      const heard = Promise.withResolvers<unknown>();
      const client = await clientFor(t, server.path, {
        onNotification: (method, params) => heard.resolve([method, params]),
      });
      await client.call('echo');
      return heard;
    });
    const listeners = await Promise.all(told);
    server.notify('changed', { to: 1 });
    assert.deepEqual(await Promise.all(listeners.map(({ promise }) => promise)), [
      ['changed', { to: 1 }],
      ['changed', { to: 1 }],
    ]);
  });
});

describe('its client', () => {
  test('says where nobody answers', async (t) => {
    const path = socketPath(t);
    await assert.rejects(LocalSocketClient.open(path), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ERR_LOCAL_SOCKET_ABSENT');
      assert.ok(error.message.includes(path));
      return true;
    });
  });

  test('fails its calls when the program ends, those before and those after', async (t) => {
    const { server } = await serverFor(t, { hang: () => new Promise(() => {}), ...echo });
    const client = await clientFor(t, server.path);
    await client.call('echo');
    const call = client.call('hang');
    const ended = assert.rejects(call, { code: 'ERR_LOCAL_SOCKET_ENDED' });
    await server.close();
    await ended;
    await client.closed;
    await assert.rejects(client.call('echo'), { code: 'ERR_LOCAL_SOCKET_ENDED' });
  });

  test('does not wait for an answer without end', async (t) => {
    const { server } = await serverFor(t, { hang: () => new Promise(() => {}) });
    const client = await clientFor(t, server.path, { answerTimeoutMs: 10 });
    await assert.rejects(client.call('hang'), { code: 'ERR_LOCAL_SOCKET_TIMEOUT', message: /within 0.01 s/ });
  });

  test('gives up a program that does not speak its language', async (t) => {
    const path = socketPath(t);
    const other = createServer((socket) => socket.end('220 smtp ready\n')).listen(path);
    t.after(() => other.close());
    await once(other, 'listening');
    const client = await clientFor(t, path);
    await assert.rejects(client.call('echo'), { code: 'ERR_LOCAL_SOCKET_ENDED' });
  });
});

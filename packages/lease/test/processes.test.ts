import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { parseState } from '../src/shared-state.ts';
import { SqliteStore } from '../src/sqlite.ts';

const KEY = 'ab'.repeat(32);

interface Answer {
  readonly token?: string;
  readonly generation?: number;
  readonly code?: string;
}

/** An authority over HTTP, which counts and remembers when. */
async function authority(t: TestContext) {
  const requests: { at: number; machine: number; ended: number }[] = [];
  let running = 0;
  const state = { requests, mostRunning: 0, answer: (response: ServerResponse) => succeed(response), url: '' };
  function succeed(response: ServerResponse): void {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `secret-${requests.length}` }));
  }
  const server = createServer((_, response) => {
    const request = { at: performance.now(), machine: Number(process.hrtime.bigint()) / 1e6, ended: 0 };
    requests.push(request);
    running += 1;
    state.mostRunning = Math.max(state.mostRunning, running);
    response.on('close', () => {
      running -= 1;
      request.ended = performance.now();
    });
    state.answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return Object.assign(state, { url: `http://127.0.0.1:${address.port}/token`, succeed });
}

function file(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'lease-processes-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'lease.db');
}

async function start(t: TestContext, args: readonly string[]) {
  const path = join(import.meta.dirname, 'lease-process.ts');
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  t.after(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    assert.ok(!done, 'the process ended');
    return JSON.parse(value);
  };
  assert.deepEqual(await next(), { ready: true });
  const send = (command: string): void => void child.stdin.write(`${command}\n`);
  return {
    send,
    ask: (command: string): Promise<Answer> => {
      send(command);
      return next();
    },
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
    close: async (): Promise<void> => {
      send('close');
      await exited;
    },
  };
}

describe('five processes on one file', { concurrency: true }, () => {
  test('without a shared token ask in turn, never two at once', async (t) => {
    const server = await authority(t);
    server.answer = (response) => void setTimeout(() => server.succeed(response), 20);
    const path = file(t);
    const all = await Promise.all(Array.from({ length: 5 }, () => start(t, [path, server.url])));
    const answers = await Promise.all(all.map((one) => one.ask('acquire')));
    assert.deepEqual(answers.map(({ generation }) => generation).sort(), [1, 2, 3, 4, 5]);
    assert.equal(server.requests.length, 5);
    assert.equal(server.mostRunning, 1);
  });

  test('honour one Retry-After together, and share the token of the one request after it', async (t) => {
    const server = await authority(t);
    server.answer = (response) => {
      server.answer = server.succeed;
      response.writeHead(503, { 'retry-after': '1' }).end();
    };
    const path = file(t);
    const all = await Promise.all(Array.from({ length: 5 }, () => start(t, [path, server.url, KEY])));
    const codes = await Promise.all(all.map(async (one) => (await one.ask('acquire')).code));
    assert.deepEqual(codes.sort(), [...Array(4).fill('ERR_LEASE_DEFERRED'), 'ERR_LEASE_TRANSIENT']);
    const answers = await Promise.all(all.map((one) => one.ask('wait')));
    assert.deepEqual(new Set(answers.map(({ token }) => token)), new Set(['secret-2']));
    const [first, second] = server.requests;
    assert.equal(server.requests.length, 2);
    assert.ok(first && second && second.at - first.ended >= 900, 'the second request came before its time');
  });

  test('outlive one that is killed while it holds the lock: another succeeds it when the lock has ended', async (t) => {
    const server = await authority(t);
    const path = file(t);
    // The lock lasts as long as its holder's timeout and five seconds more: 1.5 s, since time flies.
    const [holder, ...heirs] = await Promise.all(
      ['10000', '100000', '100000'].map((timeoutMs) => start(t, [path, server.url, KEY, timeoutMs, '10'])),
    );
    assert.ok(holder);
    const asked = new Promise<void>((resolve) => {
      server.answer = () => {
        server.answer = server.succeed;
        resolve();
      };
    });
    holder.send('wait');
    await asked;
    await holder.kill();
    const store = new SqliteStore({ authority: server.url, database: path });
    t.after(() => store.close());
    const { lock } = parseState(store.read().text);
    assert.ok(lock);
    const answers = await Promise.all(heirs.map((one) => one.ask('wait')));
    assert.equal(new Set(answers.map(({ token }) => token)).size, 1);
    const second = server.requests[1];
    assert.ok(second && second.machine * 10 >= lock.until - 10, 'the lock was not waited for');
  });
});

describe('one process after another', { concurrency: true }, () => {
  test('restarted in a loop asks once while the authority is down, whether it is closed or killed', async (t) => {
    const server = await authority(t);
    server.answer = (response) => response.writeHead(503).end();
    const path = file(t);
    const found: (string | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      const one = await start(t, [path, server.url]);
      found.push((await one.ask('acquire')).code);
      await (round % 2 === 0 ? one.kill() : one.close());
    }
    assert.deepEqual(found, ['ERR_LEASE_TRANSIENT', ...Array(3).fill('ERR_LEASE_DEFERRED')]);
    assert.equal(server.requests.length, 1);
  });

  test('finds the shared token of one that was killed', async (t) => {
    const server = await authority(t);
    const path = file(t);
    const first = await start(t, [path, server.url, KEY]);
    const { token } = await first.ask('acquire');
    await first.kill();
    const second = await start(t, [path, server.url, KEY]);
    assert.equal((await second.ask('acquire')).token, token);
    assert.equal(server.requests.length, 1);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, test } from 'node:test';
import { Leashed } from '../src/index.ts';

const running: Leashed[] = [];
afterEach(async () => {
  for (const leashed of running.splice(0)) await leashed.stop();
});

/** Runs a script that ends by saying its process id. */
async function run(script: string): Promise<{ leashed: Leashed; pid: number }> {
  const leashed = new Leashed(process.execPath, ['-e', `${script}; console.log(process.pid)`]);
  running.push(leashed);
  const [line] = await once(leashed.stdout, 'data');
  return { leashed, pid: Number(String(line)) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a command on a leash has its stdio and its exit code', async () => {
  const { leashed } = await run('process.stdin.on("data", (d) => { console.error("got " + d); process.exit(7); })');
  leashed.stdin.write('this');
  assert.equal(await leashed.exited, 7);
  assert.equal(leashed.exitCode, 7);
  assert.match(leashed.stderr(), /got this/);
});

test('a command that does not exist is exit code 127, and says so', async () => {
  const leashed = new Leashed('no-such-command-anywhere', []);
  assert.equal(await leashed.exited, 127);
  assert.match(leashed.stderr(), /no-such-command-anywhere could not be started/);
});

test('stop ends it politely when it listens', async () => {
  const { leashed, pid } = await run('process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000)');
  await leashed.stop();
  assert.equal(leashed.exitCode, 3);
  assert.equal(isAlive(pid), false);
});

test('it ends with whoever started it, even one that was killed', async () => {
  // A connection to this test, which ends when the leashed command does.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const leashed = `require('node:net').connect(${address.port}, '127.0.0.1')`;
  const owner = `
    import { Leashed } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    new Leashed(process.execPath, ['-e', ${JSON.stringify(leashed)}]);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', owner], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [socket] = await once(server, 'connection');
  const end = once(
    socket.on('error', () => {}),
    'close',
  );
  child.kill('SIGKILL');
  await end;
  server.close();
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Leashed } from '@holdfast/testkit';
import { eventually, HostProcess, holdfast, startHost, tempDir } from './support/host-process.ts';
import { AttachProcess, accountEnv, finish, JsonLines, run, startRelayProcess } from './support/programs.ts';

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** One sentence, no stack, and this exit code. */
function assertSays(result: { code: number; stderr: string }, code: number, words: RegExp): void {
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, words);
  assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack trace for a mistake');
}

async function upWith(t: TestContext, agent: readonly string[]): Promise<{ attach: AttachProcess; data: string }> {
  const data = tempDir(t);
  const lines = new JsonLines(run(t, ['up', '--listen', '127.0.0.1:0', '--data', data, '--json', '--', ...agent]));
  const { url } = await lines.waitFor('the relay', ({ event }) => event === 'listening');
  const { manualPairingCode } = await lines.waitFor('the code', ({ event }) => event === 'pairing');
  return {
    attach: new AttachProcess(t, ['--relay', String(url), '--code', String(manualPairingCode), '--data', tempDir(t)]),
    data,
  };
}

describe('what a person gets wrong', { concurrency: true }, () => {
  test('a command or an option that is not there', async (t) => {
    assertSays(await finish(t, ['atach']), 2, /Did you mean attach\?/);
    assertSays(await finish(t, ['relay', '--lissten', '1']), 2, /Did you mean --listen\?/);
    assertSays(await finish(t, ['relay', '--listen', 'here']), 2, /HOST:PORT/);
    assertSays(await finish(t, ['relay', '--token-life', '1h']), 2, /seconds/);
    assertSays(await finish(t, ['attach', '--relay', 'http://127.0.0.1:1']), 2, /--code CODE/);
  });

  test('a relay address that is none', async (t) => {
    assertSays(await finish(t, ['host', '--relay', '127.0.0.1:7420']), 2, /did you mean http:\/\/127\.0\.0\.1:7420/);
    assertSays(await finish(t, ['host', '--relay', 'ftp://relay']), 2, /http:\/\/ or https:\/\//);
  });

  test('a relay that does not run, or is none', async (t) => {
    const port = await freePort();
    const env = { HOLDFAST_HOME: tempDir(t) };
    const code = ['--code', 'ABCD-EFGH'];
    assertSays(
      await finish(t, ['attach', '--relay', `http://127.0.0.1:${port}`, ...code], { env }),
      69,
      /ECONNREFUSED/,
    );
    assertSays(
      await finish(t, ['login', '--relay', `http://127.0.0.1:${port}`], { env, input: 'hfa_token' }),
      69,
      /Is it running/,
    );

    const other = createServer((_, answer) =>
      answer.writeHead(404, { 'content-type': 'text/html' }).end('<h1>hello</h1>'),
    );
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const address = other.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    assertSays(await finish(t, ['login', '--relay', url], { env, input: 'hfa_token' }), 69, /not a Holdfast relay/);
  });

  test('an agent that is none, or two of them, or a permission that there is not', async (t) => {
    const host = (...more: string[]) => finish(t, ['host', '--relay', 'http://127.0.0.1:1', ...more]);
    assertSays(await host('--agent', 'http://127.0.0.1:1'), 2, /has the form ws:\/\/127\.0\.0\.1:PORT/);
    assertSays(
      await host('--agent', 'ws://127.0.0.1:1', '--', 'cat'),
      2,
      /either at ws:.*, or `cat`: leave one of them out/,
    );
    assertSays(
      await host('--controllers-may', 'holdfast/all'),
      2,
      /no method "holdfast\/all"; there are: holdfast\/status/,
    );
  });

  test('a host whose relay does not run keeps trying, and says so', async (t) => {
    const host = startHost(t, { relay: `http://127.0.0.1:${await freePort()}` });
    const { reason, lease } = await host.until('a failure', ({ status }) => status === 'errored');
    assert.match(reason, /ECONNREFUSED.*next try in \d+ s/);
    assert.notEqual(lease.retryAt, null);
  });

  test('no account, or a wrong one', async (t) => {
    const env = { HOLDFAST_HOME: tempDir(t) };
    const relay = await startRelayProcess(t, tempDir(t));
    assertSays(await finish(t, ['host', '--relay', relay.url], { env }), 77, /holdfast login --relay/);
    assertSays(
      await finish(t, ['login', '--relay', relay.url], { env, input: 'hfa_wrong' }),
      77,
      /does not know this account token/,
    );
    assertSays(await finish(t, ['login', '--relay', relay.url], { env, input: '' }), 2, /No token/);
    assert.equal(existsSync(join(env.HOLDFAST_HOME, 'accounts')), false, 'nothing was kept');
    assertSays(
      await finish(t, ['host', '--relay', relay.url], { env: { ...env, HOLDFAST_ACCOUNT_TOKEN: 'x' } }),
      77,
      /both/,
    );
  });

  test('login keeps the token for this user alone, and host takes it from there', async (t) => {
    const env = { HOLDFAST_HOME: tempDir(t) };
    const data = tempDir(t);
    const relay = await startRelayProcess(t, data);
    const { stdout: token } = await finish(t, ['account', 'token', '--data', data, '--json']);
    const login = await finish(t, ['login', '--relay', relay.url, '--json'], { env, input: token });
    assert.equal(login.code, 0, login.stderr);
    const { path } = JSON.parse(login.stdout) as { path: string };
    const host = startHost(t, { relay: relay.url, env });
    await host.until('the host to be connected', ({ status }) => status === 'connected');
    chmodSync(path, 0o644);
    assertSays(await finish(t, ['host', '--relay', relay.url, '--data', tempDir(t)], { env }), 77, /chmod 600/);
  });

  test('a port that is taken', async (t) => {
    const relay = await startRelayProcess(t, tempDir(t));
    const second = await finish(t, ['relay', '--listen', new URL(relay.url).host, '--data', tempDir(t)]);
    assertSays(second, 1, /taken.*--listen/);
  });

  test('listening beyond this machine in the clear', async (t) => {
    assertSays(await finish(t, ['relay', '--listen', '0.0.0.0:0', '--data', tempDir(t)]), 1, /--insecure/);
  });

  test('a data folder that is in use, is no folder, or is damaged', async (t) => {
    const data = tempDir(t);
    await startRelayProcess(t, data);
    assertSays(
      await finish(t, ['relay', '--listen', '127.0.0.1:0', '--data', data]),
      73,
      /in use by another holdfast relay \(process \d+\)/,
    );

    const file = join(tempDir(t), 'file');
    writeFileSync(file, '');
    assertSays(await finish(t, ['relay', '--listen', '127.0.0.1:0', '--data', file]), 73, /cannot be used/);

    const damaged = tempDir(t);
    mkdirSync(damaged, { recursive: true });
    writeFileSync(join(damaged, 'relay.db'), 'not a database '.repeat(100));
    assertSays(await finish(t, ['relay', '--listen', '127.0.0.1:0', '--data', damaged]), 73, /damaged.*left as it is/);
    assert.match(readFileSync(join(damaged, 'relay.db'), 'utf8'), /^not a database/);
    assertSays(await finish(t, ['account', 'token', '--data', tempDir(t)]), 73, /Is --data right/);
  });

  test('a host folder that another host has', async (t) => {
    const dir = tempDir(t);
    const relay = `http://127.0.0.1:${await freePort()}`;
    const first = startHost(t, { relay, dir });
    await first.status();
    const second = new HostProcess({ relay, dir });
    t.after(() => second.stop());
    assert.equal(await second.process.exited, 73);
    assert.match(second.process.stderr(), /in use by another holdfast host/);
  });

  test('no host to ask', async (t) => {
    assertSays(await finish(t, ['status', '--data', tempDir(t)]), 69, /No host runs/);
    assertSays(await finish(t, ['pair', '--data', tempDir(t)]), 69, /holdfast up/);
  });

  test('a pairing code that is wrong, or malformed', async (t) => {
    const relay = await startRelayProcess(t, tempDir(t));
    const attach = (code: string) => finish(t, ['attach', '--relay', relay.url, '--code', code, '--data', tempDir(t)]);
    assertSays(await attach('AAAA-BBBB'), 77, /9 tries left/);
    assertSays(await attach('AAAA-BBBB'), 77, /8 tries left/);
    assertSays(await attach('0000'), 77, /XXXX-XXXX/);
  });

  test('an older Node', async (t) => {
    const older =
      'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})';
    const program = new Leashed(process.execPath, ['--import', older, holdfast, 'up']);
    t.after(() => program.stop());
    assert.equal(await program.exited, 78);
    assert.match(program.stderr(), /^holdfast needs Node 24\.12 or newer; this is Node 20\.1\.0 [^\n]*\n$/);
  });
});

describe('what an agent gets wrong', { concurrency: true }, () => {
  const initialize = { clientInfo: { name: 'test', version: '1' } };

  test('a command that does not exist', async (t) => {
    const { attach } = await upWith(t, ['no-such-agent']);
    await assert.rejects(
      attach.request('initialize', initialize),
      /no-such-agent could not be started: there is no such command/,
    );
    assert.equal(await attach.program.exited, 69);
  });

  test('one that dies: its last words are told', async (t) => {
    const { attach } = await upWith(t, [process.execPath, '-e', 'console.error("no licence found"); process.exit(3)']);
    await assert.rejects(
      attach.request('initialize', initialize),
      /exited with code 3; its last words: no licence found/,
    );
  });

  test('lines that are no JSON are left out, and the rest goes on', async (t) => {
    const script = `console.log('Welcome!'); process.stdin.on('data', (line) => { console.log('{"id":' + JSON.parse(line).id + ',"result":{}}'); console.log('{broken'); })`;
    const { attach } = await upWith(t, [process.execPath, '-e', script]);
    await attach.request('initialize', initialize);
    await attach.request('anything', {});
  });

  test('a controller that sends no JSON is told, and the stream goes on', async (t) => {
    const { attach } = await upWith(t, [
      process.execPath,
      '-e',
      `process.stdin.on('data', (line) => console.log('{"id":' + JSON.parse(line).id + ',"result":{}}'))`,
    ]);
    await attach.request('initialize', initialize);
    attach.program.stdin.write('{"id": 7, oops\n');
    await attach.lines.waitFor(
      'the complaint',
      (line) => (line['error'] as { code?: number } | undefined)?.code === -32700,
    );
    await attach.request('anything', {});
  });
});

describe('a process that is told to stop', { concurrency: true }, () => {
  test('up ends with 0, and its agents with it', async (t) => {
    const data = tempDir(t);
    const up = run(t, ['up', '--listen', '127.0.0.1:0', '--data', data, '--json']);
    const lines = new JsonLines(up);
    await lines.waitFor('the code', ({ event }) => event === 'pairing');
    up.kill('SIGTERM');
    assert.equal(await up.exited, 0);
    await lines.waitFor('goodbye', ({ event }) => event === 'stopped');
  });

  test('a host ends within a second while its relay hangs', async (t) => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.closeAllConnections());
    t.after(() => silent.close());
    const address = silent.address();
    const host = startHost(t, { relay: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` });
    await eventually('the request to hang', async () => (await host.status()).lease.counts.started === 1);
    host.process.kill('SIGTERM');
    assert.equal(await host.process.exited, 0);
  });

  test('account token needs no running relay', async (t) => {
    const data = tempDir(t);
    const relay = await startRelayProcess(t, data);
    relay.program.kill('SIGTERM');
    assert.equal(await relay.program.exited, 0);
    assert.match((await accountEnv(t, data)).HOLDFAST_ACCOUNT_TOKEN, /^hfa_/);
  });
});

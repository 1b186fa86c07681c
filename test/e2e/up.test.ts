import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { tempDir } from './support/host-process.ts';
import { AttachProcess, finish, JsonLines, run } from './support/programs.ts';

interface Up {
  readonly url: string;
  readonly code: string;
  readonly data: string;
  readonly lines: JsonLines;
}

async function startUp(t: TestContext, agent: readonly string[] = []): Promise<Up> {
  const data = tempDir(t);
  const program = run(t, ['up', '--listen', '127.0.0.1:0', '--data', data, '--json', ...agent], {
    PATH: '/usr/bin:/bin',
  });
  const lines = new JsonLines(program);
  const { url } = await lines.waitFor('the relay', ({ event }) => event === 'listening');
  const { manualPairingCode } = await lines.waitFor('the code', ({ event }) => event === 'pairing');
  return { url: String(url), code: String(manualPairingCode), data, lines };
}

describe('up, and attach from a second terminal', { concurrency: true }, () => {
  test('drives a turn of the demo agent: deltas, an approval, done', async (t) => {
    const up = await startUp(t);
    const attach = new AttachProcess(t, ['--relay', up.url, '--code', up.code, '--data', tempDir(t)]);
    const { userAgent } = await attach.request('initialize', { clientInfo: { name: 'test', version: '1' } });
    assert.match(String(userAgent), /holdfast-demo-agent/);
    attach.send({ method: 'initialized' });
    await up.lines.waitFor('the device to be told of', ({ event }) => event === 'paired');
    const { thread } = await attach.request('thread/start', {});
    const { id: threadId } = thread as { id: string };
    await attach.request('turn/start', { threadId, input: [{ type: 'text', text: 'what machine is this?' }] });

    const approval = await attach.notification('item/commandExecution/requestApproval');
    attach.send({ id: approval['id'], result: { decision: 'accept' } });
    const done = await attach.notification('turn/completed');
    assert.equal((done['params'] as { turn: { status: string } }).turn.status, 'completed');
    const deltas = attach.lines.lines.filter(({ method }) => method === 'item/agentMessage/delta');
    assert.ok(deltas.length > 3, 'the answer came in pieces');
    assert.ok(
      attach.lines.lines.some(({ method }) => method === 'item/commandExecution/outputDelta'),
      'the command ran',
    );

    attach.program.stdin.end();
    assert.equal(await attach.program.exited, 0);
  });

  test('lists and calls the tools of a real MCP server', async (t) => {
    const server = join(
      dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
      'dist/index.js',
    );
    const up = await startUp(t, ['--', process.execPath, server, 'stdio']);
    const attach = new AttachProcess(t, ['--relay', up.url, '--code', up.code, '--data', tempDir(t)]);
    const { serverInfo } = await attach.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    assert.match(JSON.stringify(serverInfo), /everything/);
    attach.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const { tools } = (await attach.request('tools/list', {})) as { tools: { name: string }[] };
    assert.ok(tools.some(({ name }) => name === 'echo'));
    const { content } = await attach.request('tools/call', { name: 'echo', arguments: { message: 'over the relay' } });
    assert.match(JSON.stringify(content), /over the relay/);
  });

  test('a device that has paired comes back by the name of the host, and without a code', async (t) => {
    const up = await startUp(t);
    const devices = tempDir(t);
    const input = '{"id":1,"method":"initialize","params":{"clientInfo":{"name":"test","version":"1"}}}\n';
    const first = await finish(t, ['attach', '--relay', up.url, '--code', up.code, '--data', devices], { input });
    assert.equal(first.code, 0, first.stderr);
    const environment = /env_\w+/.exec(first.stderr)?.[0] ?? '';
    const second = await finish(t, ['attach', '--relay', up.url, environment, '--data', devices], { input });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /holdfast-demo-agent/);
    const again = await finish(t, ['attach', '--relay', up.url, '--code', up.code, '--data', devices], { input });
    assert.equal(again.code, 77);
    assert.match(again.stderr, /\d+ tries left/);
  });

  test('pair shows another code, status says what is', async (t) => {
    const up = await startUp(t);
    const pair = await finish(t, ['pair', '--data', up.data, '--qr']);
    assert.equal(pair.code, 0, pair.stderr);
    assert.match(pair.stdout, /Pairing code: [2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4} /);
    assert.match(pair.stdout, /█/);
    const status = await finish(t, ['status', '--data', up.data, '--json']);
    const { lease, link, ...rest } = JSON.parse(status.stdout) as {
      status: string;
      lease: { state: string };
      link: { state: string };
    };
    assert.deepEqual([rest.status, lease.state, link.state], ['connected', 'fresh', 'connected']);
  });
});

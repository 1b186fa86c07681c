import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AgentProcess } from '../src/agent/agent-process.ts';
import { connectedHost, eventually, isAlive, nodeAgent, temporaryFolder } from './harness.ts';

function run(script: string) {
  const seen = { lines: [] as string[], warnings: [] as string[], ends: [] as string[] };
  const agent = new AgentProcess(nodeAgent(script), {
    onMessage: (line) => seen.lines.push(line),
    onWarning: (what) => seen.warnings.push(what),
    onEnd: (why) => seen.ends.push(why),
  });
  return { agent, seen };
}

describe('an agent that cannot be started', () => {
  const reasons = {
    'because there is no such command': { command: 'no-such-command-anywhere', why: /there is no such command/ },
    'because it is not executable': { command: '/etc/passwd', why: /it is not executable/ },
    'because a part of its path is a file': { command: '/etc/passwd/agent', why: /could not be started/ },
    'because its name cannot be one': { command: 'a\0b', why: /could not be started/ },
  };
  for (const [reason, { command, why }] of Object.entries(reasons)) {
    test(`${reason}: the initialize is answered with an error that names it`, async (t) => {
      const { authority, host } = await connectedHost(t, { agent: { command, args: [] } });
      const stream = authority.openStream();
      const { error } = await stream.request('initialize');
      assert.match(JSON.stringify(error), why);
      assert.ok(
        JSON.stringify(error).includes(JSON.stringify(command).slice(1, -1).replaceAll('\\', '\\\\')) ||
          command.includes('\0'),
      );
      await authority.waitFor(() => stream.pongs.includes('unknown'));
      assert.deepEqual(host.status().streams, []);
    });
  }

  test('because its folder is gone: likewise', async (t) => {
    const agent = { ...nodeAgent(''), cwd: `${temporaryFolder(t)}/gone` };
    const { authority } = await connectedHost(t, { agent });
    assert.match(JSON.stringify((await authority.openStream().request('initialize')).error), /could not be started/);
  });
});

describe('an agent that dies', () => {
  test('answers every pending request with its last words, and tells the controller that the stream is over', async (t) => {
    const { authority, host, log } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const pending = stream.request('silent');
    const dying = stream.request('die');
    for (const { error } of [await pending, await dying]) {
      assert.match(JSON.stringify(error), /exited with code 3; its last words: first line \| last words/);
    }
    await authority.waitFor(() => stream.pongs.includes('unknown'));
    assert.deepEqual(host.status().streams, []);
    assert.match(log.text, /stream closed: .*exited with code 3/);
    stream.send({ id: 'late', method: 'pid' });
    stream.ping();
    await authority.waitFor(() => stream.pongs.length === 2);
    assert.ok(stream.messages.every(({ id }) => id !== 'late'));
  });

  test('leaves nothing behind, not even a process that holds its output open', async () => {
    const script = `
      const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
      console.log(JSON.stringify({ pid: child.pid }));
      process.exitCode = 4;
      child.unref();
      process.stdin.destroy();
    `;
    const { agent, seen } = run(script);
    await agent.ended;
    const { pid } = JSON.parse(seen.lines[0] ?? '{}') as { pid: number };
    assert.equal(seen.ends.length, 1);
    assert.match(seen.ends[0] ?? '', /exited with code 4/);
    await eventually(() => !isAlive(pid), 'the end of what it left behind');
  });

  test('is heard to its last line, which need not end', async () => {
    const { agent, seen } = run(`process.stdout.write('one\\ntwo')`);
    await agent.ended;
    assert.deepEqual(seen.lines, ['one', 'two']);
  });
});

describe('an agent that is stopped', () => {
  test('may end by itself once its input is closed', async () => {
    const { agent, seen } = run(`
      process.on('SIGTERM', () => process.exit(1));
      process.stdin.resume().on('end', () => require('node:fs').writeSync(2, 'saw the end'));
      console.log('ready');
    `);
    await eventually(() => seen.lines.length === 1);
    agent.stop();
    await agent.ended;
    assert.deepEqual(seen.ends, []);
  });

  test('is asked and then killed, if it does not end; what it says meanwhile goes nowhere', async () => {
    const { agent, seen } = run(`
      process.on('SIGTERM', () => console.log('I stay'));
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
    await eventually(() => seen.lines.length === 1);
    const { pid } = agent;
    agent.stop();
    agent.stop();
    await agent.ended;
    assert.ok(pid !== null && !isAlive(pid));
    assert.deepEqual(seen.lines, ['ready']);
    assert.deepEqual(seen.ends, []);
  });

  test('is gone when the host has closed', async (t) => {
    const { authority, host } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const agent = Number((await stream.request('pid')).result);
    const grandchild = Number((await stream.request('grandchild')).result);
    await host.close();
    assert.equal(isAlive(agent), false);
    await eventually(() => !isAlive(grandchild), 'the end of the grandchild');
  });
});

describe("an agent's environment", () => {
  test("holds what the host's does, without the account", async (t) => {
    process.env['HOLDFAST_ACCOUNT_TOKEN'] = 'secret';
    process.env['HOLDFAST_ACCOUNT_ID'] = 'account';
    t.after(() => {
      delete process.env['HOLDFAST_ACCOUNT_TOKEN'];
      delete process.env['HOLDFAST_ACCOUNT_ID'];
    });
    const { authority } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const read = async (name: string) => (await stream.request('environment', { name })).result;
    assert.equal(await read('HOLDFAST_ACCOUNT_TOKEN'), null);
    assert.equal(await read('HOLDFAST_ACCOUNT_ID'), null);
    assert.equal(await read('PATH'), process.env['PATH']);
  });
});

describe('an agent that does not read', () => {
  test('is given up with an error for its requests, and harms no other stream', async (t) => {
    const deaf = nodeAgent(`
      const { readSync, writeSync } = require('node:fs');
      const { id } = JSON.parse(String(readSync(0, Buffer.alloc(0)) === 0 ? '{"id":"injected-1"}' : ''));
      writeSync(1, JSON.stringify({ id, result: 0 }) + '\\n');
      setInterval(() => {}, 1000);
    `);
    const { authority, host } = await connectedHost(t, { agent: deaf });
    const stream = authority.openStream();
    const other = authority.openStream();
    await stream.request('initialize');
    await other.request('initialize');
    const filler = 'x'.repeat(8 * 1024 * 1024);
    const pending = stream.request('first');
    for (let n = 0; n < 9; n += 1) stream.send({ method: 'more', params: filler });
    assert.match(JSON.stringify((await pending).error), /does not read what it is sent/);
    assert.deepEqual(
      host.status().streams.map(({ streamId }) => streamId),
      [other.streamId],
    );
  });
});

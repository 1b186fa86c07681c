import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { replyIdOf } from '../src/agent/dropped-reply.ts';
import { connectedHost, echoAgent, eventually, isAlive, nodeAgent, statusOf, temporaryFolder } from './harness.ts';

const MIB = 1024 ** 2;
/** More than a line may have. A gigabyte is test/faults' to write. */
const FLOOD = 256 * MIB;

/** The most that buffers had while `work` ran, in bytes. */
async function peakOfBuffers(work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 5);
  await work();
  clearInterval(timer);
  return peak;
}

/** Writes so many bytes to that descriptor as soon as it is initialized, then what it is told to say, and answers. */
function flooding(descriptor: 'stdout' | 'stderr', bytes: number, last: string) {
  return nodeAgent(`
    require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
      const { id, method } = JSON.parse(line);
      const piece = 'x'.repeat(${MIB});
      if (method === 'flood') {
        for (let n = 0; n < ${bytes / MIB}; n += 1)
          if (!process.${descriptor}.write(piece)) await new Promise((go) => process.${descriptor}.once('drain', go));
        process.${descriptor}.write('\\n${last}\\n');
      }
      process.stdout.write(JSON.stringify({ id, result: process.pid }) + '\\n');
    });
  `);
}

describe('an agent that crashes whenever it is started', () => {
  test('is started three times, then once in a wait that is told, in words and as a moment', async (t) => {
    const starts = join(temporaryFolder(t), 'starts');
    const agent = { command: 'sh', args: ['-c', `echo x >> ${starts}; echo no home for me >&2; exit 7`] };
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { agent, clock });
    const started = () => readFileSync(starts, 'utf8').length / 2;
    const initialize = async () => Object((await authority.openStream().request('initialize')).error);
    for (let n = 0; n < 3; n += 1) assert.match((await initialize()).message, /code 7; its last words: no home for me/);
    for (let n = 0; n < 20; n += 1) {
      const { code, message, data } = await initialize();
      assert.equal(code, -32004);
      assert.match(
        message,
        /not started: it failed 3 times in a row .*no home for me\. It may be started again in 1 s\./,
      );
      assert.equal(Date.parse(data.retryAt) - clock.wall(), 1_000);
    }
    assert.equal(started(), 3);
    const { reason, agent: told, endedStreams } = host.status();
    assert.match(
      reason,
      /^Connected\. The agent keeps failing: sh exited with code 7; .*; it may be started again in 1 s\.$/,
    );
    assert.equal(told.failures, 3);
    assert.equal(endedStreams.length, 3);
    assert.match(endedStreams[0]?.why ?? '', /exited with code 7/);
    assert.equal(endedStreams[0]?.stderr, 'no home for me');

    await clock.advance(1_000);
    assert.equal((await initialize()).code, -32000);
    assert.equal((await initialize()).code, -32004);
    assert.equal(started(), 4);
  });

  test('does not keep a management stream from being opened', async (t) => {
    const { authority } = await connectedHost(t, { agent: { command: 'no-such-agent', args: [] } });
    for (let n = 0; n < 4; n += 1) await authority.openStream().request('initialize');
    const management = { capabilities: { holdfast: { management: true } } };
    assert.ok((await authority.openStream().request('initialize', management)).result);
  });
});

describe('an agent that hangs', () => {
  test('before it answers its initialize is ended after two minutes, with an error that says so', async (t) => {
    const clock = new ManualClock(Date.now());
    const agent = nodeAgent(`process.stderr.write('waiting for the moon'); setInterval(() => {}, 1000);`);
    const { authority, host } = await connectedHost(t, { agent, clock });
    const stream = authority.openStream();
    const initialized = stream.request('initialize');
    await statusOf(host, ({ streams }) => streams[0]?.stderr === 'waiting for the moon');
    await clock.advance(119_000);
    assert.equal(host.status().streams.length, 1);
    await clock.advance(1_000);
    assert.match(
      JSON.stringify((await initialized).error),
      /did not answer its initialize within 120 s; its last words: waiting for the moon/,
    );
    await authority.waitFor(() => stream.pongs.includes('unknown'));
  });

  test('after it has answered is left alone: what takes long is the agent to say', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { agent: echoAgent, clock });
    const stream = authority.openStream();
    await stream.request('initialize');
    stream.send({ id: 'long', method: 'silent' });
    await stream.request('pid');
    await clock.advance(5 * 60_000);
    assert.equal(host.status().streams.length, 1);
  });
});

describe('an agent that floods', () => {
  test('with a line that does not end costs a bounded memory, and its next line arrives', async (t) => {
    const { authority, log } = await connectedHost(t, { agent: flooding('stdout', FLOOD, '{"method":"after"}') });
    const stream = authority.openStream();
    const other = authority.openStream();
    await Promise.all([stream.request('initialize'), other.request('initialize')]);
    const peak = await peakOfBuffers(async () => {
      const flooded = stream.request('flood', {}, { timeoutMs: 120_000 });
      await other.request('are you there?');
      await flooded;
    });
    assert.ok(stream.messages.some(({ method }) => method === 'after'));
    assert.match(log.text, /wrote a line of more than 104857600 bytes; it was dropped/);
    assert.ok(peak < 240 * MIB, `${Math.round(peak / MIB)} MiB of buffers`);
  });

  test('its stderr costs nothing, and its end is shown', async (t) => {
    const { authority, host } = await connectedHost(t, { agent: flooding('stderr', FLOOD, 'that was all') });
    const stream = authority.openStream();
    await stream.request('initialize');
    const peak = await peakOfBuffers(() => stream.request('flood', {}, { timeoutMs: 120_000 }));
    await statusOf(host, ({ streams }) => streams[0]?.stderr.endsWith('that was all'));
    assert.ok((host.status().streams[0]?.stderr.length ?? 0) <= 1_000);
    assert.ok(peak < 240 * MIB, `${Math.round(peak / MIB)} MiB of buffers`);
  });
});

describe('a reply that is larger than a message may be', () => {
  const agent = nodeAgent(`
    require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
      const { id, method } = JSON.parse(line);
      if (method === 'large') {
        process.stdout.write('{"result":"');
        for (let n = 0; n < 101; n += 1) process.stdout.write('x'.repeat(${MIB}));
        process.stdout.write('","jsonrpc":"2.0","id":' + JSON.stringify(id) + '}\\n');
      }
      else process.stdout.write(JSON.stringify({ id, result: 0 }) + '\\n');
    });
  `);
  test('is an error to its caller, not silence', async (t) => {
    const { authority } = await connectedHost(t, { agent });
    const stream = authority.openStream();
    await stream.request('initialize');
    const { error } = await stream.request('large', {}, { timeoutMs: 120_000 });
    assert.match(JSON.stringify(error), /-32001.*cannot be sent: it has more than 104857600 bytes/);
    assert.equal((await stream.request('next')).result, 0);
  });

  test('is known by its ends alone where they say whose it is', () => {
    const ends: [string, string, unknown][] = [
      ['{"id":7,"result":{', '}}', 7],
      ['{"jsonrpc":"2.0","id":"a\\"b","error":{', '}}', 'a"b'],
      ['{ "result": [', '], "id": 3 }', 3],
      ['{"jsonrpc":"2.0","result":{', '},"id":"x"}', 'x'],
      ['{"method":"tick","params":{', '},"id":3}', null],
      ['{"result":{', ',"id":3}}', null],
      ['nonsense', 'nonsense', null],
    ];
    for (const [head, tail, id] of ends) assert.equal(replyIdOf(head, tail), id, `${head} … ${tail}`);
  });
});

describe('what an agent started', () => {
  test('ends with its stream, however it holds on to its pipes and whatever signal it ignores', async (t) => {
    const agent = nodeAgent(`
      const { spawn } = require('node:child_process');
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const child = spawn('sh', ['-c', 'trap "" TERM HUP INT; while :; do sleep 1; done'], { stdio: 'inherit' });
        console.log(JSON.stringify({ id: JSON.parse(line).id, result: child.pid }));
      });
    `);
    const { authority } = await connectedHost(t, { agent });
    const stream = authority.openStream();
    const child = Number((await stream.request('initialize')).result);
    assert.ok(isAlive(child));
    stream.close();
    await eventually(() => !isAlive(child), 'the end of what it started');
  });
});

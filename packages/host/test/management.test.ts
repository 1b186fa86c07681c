import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Authority, answer, type InjectedStream, ManualClock } from '@holdfast/testkit';
import { HostStatus, LeaseHistory, LeaseHistoryEntry } from '@holdfast/wire';
import * as z from 'zod/mini';
import { LeaseHistory as History, MAX_ENTRIES } from '../src/management/lease-history.ts';
import { MAX_MANAGEMENT_STREAMS } from '../src/stream/stream-opener.ts';
import { ACCOUNT, connectedHost, eventually, nodeAgent, statusOf } from './harness.ts';

const MANAGEMENT = { capabilities: { holdfast: { management: true } } };

/** An agent that answers whatever it is asked with "agent". */
const agent = nodeAgent(`
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id } = JSON.parse(line);
    if (id !== undefined) console.log(JSON.stringify({ id, result: 'agent' }));
  });
`);

async function managementStream(authority: Authority): Promise<InjectedStream> {
  const stream = authority.openStream();
  await stream.request('initialize', MANAGEMENT);
  return stream;
}

function told(stream: InjectedStream, method: string): unknown[] {
  return stream.messages.filter((message) => message.method === method).map(({ params }) => params);
}

describe('a management stream', () => {
  test('is answered by the host, which starts no agent and says what may be called', async (t) => {
    const { authority, host } = await connectedHost(t, { agent: { command: 'no-such-agent', args: [] } });
    const stream = authority.openStream();
    assert.deepEqual((await stream.request('initialize', MANAGEMENT)).result, {
      holdfast: {
        version: '1.2.3',
        methods: ['remoteControl/status/read', 'holdfast/status', 'holdfast/lease/history'],
      },
    });
    const { management, streamId } = host.status().streams[0] ?? {};
    assert.deepEqual([management, streamId], [true, stream.streamId]);
    stream.ping();
    await authority.waitFor(() => stream.pongs.includes('active'));
  });

  test('has no agent to ask, and says so', async (t) => {
    const { authority } = await connectedHost(t, { agent });
    const stream = await managementStream(authority);
    stream.send({ method: 'initialized' });
    assert.match(
      JSON.stringify((await stream.request('thread/list')).error),
      /"thread\/list\\" is no method of a host/,
    );
  });

  test('is not what an initialize with anything else in its place asks for', async (t) => {
    const { authority } = await connectedHost(t, { agent });
    for (const holdfast of [{ management: 'true' }, { management: false }, true, null]) {
      const { result } = await authority.openStream().request('initialize', { capabilities: { holdfast } });
      assert.equal(result, 'agent');
    }
    assert.equal((await authority.openStream().request('initialize', null)).result, 'agent');
  });

  test('is told a new status and each event of the lease and the link', async (t) => {
    const { authority, host, link } = await connectedHost(t, { agent });
    const stream = await managementStream(authority);
    const entries = () => told(stream, 'holdfast/lease/event').map((entry) => z.parse(LeaseHistoryEntry, entry).type);
    link.cut();
    await authority.waitForLink(2);
    await eventually(() => entries().includes('link-connected'));
    assert.deepEqual(entries(), ['link-lost', 'link-connected']);
    const newest = await eventually(() => told(stream, 'holdfast/status/changed').at(-1));
    assert.equal(z.parse(HostStatus, newest).serverName, 'machine');
    const { events } = z.parse(LeaseHistory, (await stream.request('holdfast/lease/history')).result);
    assert.deepEqual(events, host.history.entries);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['refresh-started', 'refreshed', 'link-connected', 'link-lost', 'link-connected'],
    );
  });

  test('is told at most four states a second, and only the newest of those that passed', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { agent, clock });
    const stream = await managementStream(authority);
    const states = () => told(stream, 'holdfast/status/changed').map((status) => z.parse(HostStatus, status));
    const others = Array.from({ length: 8 }, () => authority.openStream());
    await Promise.all(others.map((other) => other.request('initialize')));
    const before = states().length;
    assert.ok(before <= 1, `${before} states in no time`);
    await clock.advance(250);
    await eventually(() => states().at(-1)?.streams.length === 9);
    assert.equal(states().length, before + 1);
    assert.equal(host.status().streams.length, 9);
  });

  test('whose controller does not ack is told one state, and the newest once it acks', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, link } = await connectedHost(t, { agent, clock });
    const stream = await managementStream(authority);
    authority.acking = false;
    const states = () => told(stream, 'holdfast/status/changed').map((status) => z.parse(HostStatus, status));
    await stream.request('holdfast/status');
    const before = states().length;
    for (let n = 0; n < 4; n += 1) {
      await authority.openStream().request('initialize');
      await clock.advance(1_000);
    }
    assert.equal(states().length, before);
    const seq = stream.frames.at(-1)?.envelope.seq_id;
    link.send({ type: 'ack', client_id: stream.clientId, stream_id: stream.streamId, seq_id: seq });
    await eventually(() => states().at(-1)?.streams.length === 5);
    assert.equal(states().length, before + 1);
  });

  test('beyond the limit is refused, while agents still start, and the other way round', async (t) => {
    const { authority } = await connectedHost(t, { agent });
    const streams = Array.from({ length: MAX_MANAGEMENT_STREAMS }, () => authority.openStream());
    await Promise.all(streams.map((stream) => stream.request('initialize', MANAGEMENT)));
    const { error } = await authority.openStream().request('initialize', MANAGEMENT);
    assert.match(JSON.stringify(error), /has 32 management streams open, as many as it may/);
    assert.equal((await authority.openStream().request('initialize')).result, 'agent');
    streams[0]?.close();
    assert.ok((await managementStream(authority)).messages[0]?.result);
  });

  test('that has ended is told nothing more', async (t) => {
    const { authority, host } = await connectedHost(t, { agent });
    const stream = await managementStream(authority);
    stream.close();
    await statusOf(host, ({ streams }) => streams.length === 0);
    const before = stream.frames.length;
    await authority.openStream().request('initialize');
    assert.equal(stream.frames.length, before);
  });
});

describe("what is the host's own to answer", () => {
  test('does not reach the agent of a stream', async (t) => {
    const { authority, host } = await connectedHost(t, { agent });
    const stream = authority.openStream();
    await stream.request('initialize');
    const { status, serverName, installationId, environmentId } = host.status();
    assert.deepEqual((await stream.request('remoteControl/status/read')).result, {
      status,
      serverName,
      installationId,
      environmentId,
    });
    assert.equal(z.parse(HostStatus, (await stream.request('holdfast/status')).result).status, status);
    assert.match(
      JSON.stringify((await stream.request('holdfast/nothing')).error),
      /-32601.*controllers may call: remote/,
    );
    assert.equal((await stream.request('remoteControlled')).result, 'agent');
  });

  test('is refused to controllers where it changes something, and nothing changes', async (t) => {
    const { authority, host } = await connectedHost(t, { agent });
    const stream = await managementStream(authority);
    for (const method of ['enable', 'disable', 'pairing/start', 'pairing/status', 'client/list', 'client/revoke']) {
      const { error } = await stream.request(`remoteControl/${method}`);
      assert.match(
        JSON.stringify(error),
        new RegExp(`-32010.*may not call remoteControl/${method} .*--controllers-may remoteControl/${method}`),
      );
    }
    assert.equal(host.status().status, 'connected');
    assert.equal(authority.counts('pair'), 0);
  });

  test('is allowed where whoever runs the host says so', async (t) => {
    const controllersMay = ['remoteControl/pairing/start'];
    const { authority } = await connectedHost(t, { agent, controllersMay });
    const stream = authority.openStream();
    const { result } = await stream.request('initialize', MANAGEMENT);
    assert.ok(Object(result).holdfast.methods.includes('remoteControl/pairing/start'));
    const started = await stream.request('remoteControl/pairing/start', { manualCode: true });
    assert.match(Object(started.result).manualPairingCode, /^....-....$/);
    const wrong = await stream.request('remoteControl/pairing/start', { manualCode: 'yes' });
    assert.match(JSON.stringify(wrong.error), /-32602.*manualCode/);
  });

  test('waits for room when its controller does not ack, and comes then', async (t) => {
    const { authority, host, link } = await connectedHost(t, {
      agent: nodeAgent(`
        require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
          console.log(JSON.stringify({ id: JSON.parse(line).id, result: 0 }));
          for (let n = 0; n < 5000; n += 1) console.log('{"method":"tick"}');
        });
      `),
    });
    authority.acking = false;
    const stream = authority.openStream();
    await stream.request('initialize');
    await statusOf(host, ({ streams }) => streams[0]?.stopped);
    const unacked = host.status().streams[0]?.unacked ?? 0;
    for (let n = 0; n < 100; n += 1) stream.send({ id: `asked-${n}`, method: 'holdfast/status' });
    const other = authority.openStream();
    await other.request('initialize', MANAGEMENT);
    assert.equal(host.status().streams[0]?.unacked, unacked);
    authority.acking = true;
    link.send({ type: 'ack', client_id: stream.clientId, stream_id: stream.streamId, seq_id: unacked });
    const answered = () => stream.messages.filter(({ id }) => String(id).startsWith('asked-'));
    await authority.waitFor(() => answered().length === 64);
  });

  test('has the reason and the moment of a failure in its history, and no secret', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { agent, clock });
    authority.set('refresh', answer.reply(503, { retryAfter: 60 }));
    await clock.advance(56 * 60_000);
    await eventually(() => host.history.entries.some(({ type }) => type === 'deadline-set'));
    const { result } = await (await managementStream(authority)).request('holdfast/lease/history');
    const { events } = z.parse(LeaseHistory, result);
    const failed = events.find(({ type }) => type === 'refresh-failed');
    assert.equal(failed?.status, 503);
    assert.match(failed?.message ?? '', /server\/refresh.* 503/);
    const retryIn = Date.parse(failed?.retryAt ?? '') - Date.parse(failed?.at ?? '');
    assert.ok(retryIn >= 60_000 && retryIn < 70_000, `${retryIn} ms`);
    assert.ok(!JSON.stringify(result).includes(ACCOUNT.accountToken));
  });
});

describe('the history', () => {
  test('keeps so many entries, the newest, and cuts what is long', () => {
    const history = new History(() => 0);
    const link = (state: 'connected' | 'connecting') =>
      history.link({ current: { state }, lastError: 'x'.repeat(1000) });
    for (let n = 0; n < MAX_ENTRIES; n += 1) {
      link('connected');
      link('connecting');
    }
    assert.equal(history.entries.length, MAX_ENTRIES);
    assert.equal(history.entries.at(-1)?.type, 'link-lost');
    assert.equal(history.entries.at(-1)?.message?.length, 300);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { MAX_STREAMS } from '../src/stream/stream-opener.ts';
import { connectedHost, eventually, isAlive, statusOf } from './harness.ts';

describe('a stream', () => {
  test('is opened by initialize, carries requests to its own agent and the replies back', async (t) => {
    const { authority, host } = await connectedHost(t);
    const one = authority.openStream();
    const other = authority.openStream();
    assert.deepEqual((await one.request('initialize', { a: 1 })).result, { a: 1 });
    await other.request('initialize');
    assert.notEqual((await one.request('pid')).result, (await other.request('pid')).result);
    assert.deepEqual(
      host.status().streams.map(({ clientId, streamId }) => [clientId, streamId]),
      [
        [one.clientId, one.streamId],
        [other.clientId, other.streamId],
      ],
    );
  });

  test('is not opened by anything else, and a ping there is answered with pong unknown', async (t) => {
    const { authority, host } = await connectedHost(t);
    const stream = authority.openStream();
    stream.send({ id: 1, method: 'thread/list' });
    stream.send({ method: 'initialized' });
    stream.ping();
    await authority.waitFor(() => stream.pongs.length === 1);
    assert.deepEqual(stream.pongs, ['unknown']);
    assert.deepEqual(stream.messages, []);
    assert.deepEqual(host.status().streams, []);
  });

  test('answers a ping with pong active, numbered like its messages', async (t) => {
    const { authority } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    stream.ping();
    await authority.waitFor(() => stream.pongs.length === 1);
    assert.deepEqual(stream.pongs, ['active']);
    await stream.request('pid');
    assert.deepEqual(
      stream.frames.map(({ envelope }) => [envelope.type, envelope.seq_id]),
      [
        ['server_message', 1],
        ['pong', 2],
        ['server_message', 3],
      ],
    );
  });

  test('drops what it has seen by seq_id, and takes what has none', async (t) => {
    const { authority, link } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const envelope = stream.envelope({ id: 'once', method: 'pid' });
    link.send(envelope);
    link.send(envelope);
    const { seq_id: _, ...unnumbered } = stream.envelope({ id: 'twice', method: 'pid' });
    link.send(unnumbered);
    link.send(unnumbered);
    await stream.request('pid');
    const ids = stream.messages.map(({ id }) => id);
    assert.deepEqual(ids, ['injected-1', 'once', 'twice', 'twice', 'injected-2']);
  });

  test('gets a new agent by a new initialize, which is answered, and its numbers go on', async (t) => {
    const { authority, host } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const former = (await stream.request('pid')).result;
    assert.equal((await stream.request('initialize', 'again')).result, 'again');
    assert.notEqual((await stream.request('pid')).result, former);
    assert.deepEqual(
      stream.frames.map(({ envelope }) => envelope.seq_id),
      [1, 2, 3, 4],
    );
    assert.equal(host.status().streams.length, 1);
    await eventually(() => !isAlive(Number(former)), 'the end of the replaced agent');
  });

  test('goes on numbering when it is opened again after its agent ended', async (t) => {
    const { authority } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    stream.send({ id: 'last', method: 'die' });
    await authority.waitFor(() => stream.pongs.includes('unknown'));
    await stream.request('initialize');
    assert.deepEqual(
      stream.frames.map(({ envelope }) => envelope.seq_id),
      [1, 2, 3, 4],
    );
  });

  test('of a client without stream ids is one, named by the host, and replaced by its next initialize', async (t) => {
    const { authority, host, link } = await connectedHost(t);
    const send = (message: object) => link.send({ type: 'client_message', client_id: 'legacy', message });
    const replies = () => link.frames.filter(({ envelope }) => envelope.client_id === 'legacy');
    send({ id: 1, method: 'initialize' });
    send({ id: 2, method: 'pid' });
    send({ id: 3, method: 'initialize' });
    send({ id: 4, method: 'pid' });
    await authority.waitFor(() => replies().some(({ raw }) => raw.includes('"id":4')));
    assert.equal(new Set(replies().map(({ envelope }) => envelope.stream_id)).size, 1);
    link.send({ type: 'ping', client_id: 'legacy' });
    await authority.waitFor(() => replies().some(({ envelope }) => envelope['status'] === 'active'));
    assert.deepEqual(
      host.status().streams.map(({ clientId }) => clientId),
      ['legacy'],
    );
  });

  test('ends with client_closed, its agent and what that started with it', async (t) => {
    const { authority, host } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const agent = Number((await stream.request('pid')).result);
    const grandchild = Number((await stream.request('grandchild')).result);
    assert.ok(isAlive(agent) && isAlive(grandchild));
    stream.close();
    await eventually(() => !isAlive(agent), 'the end of the agent');
    await eventually(() => !isAlive(grandchild), 'the end of the grandchild');
    assert.deepEqual(host.status().streams, []);
    stream.ping();
    await authority.waitFor(() => stream.pongs.includes('unknown'));
  });

  test('is closed when its controller was not heard of for ten minutes, not before', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { clock });
    const quiet = authority.openStream();
    const lively = authority.openStream();
    await quiet.request('initialize');
    await lively.request('initialize');
    await clock.advance(9 * 60_000);
    lively.ping();
    await authority.waitFor(() => lively.pongs.length === 1);
    assert.equal(host.status().streams.length, 2);
    await clock.advance(90_000);
    assert.deepEqual(
      host.status().streams.map(({ streamId }) => streamId),
      [lively.streamId],
    );
  });

  test('that is closed frees what was not acked: a new link does not bring it again', async (t) => {
    const { authority, host, link } = await connectedHost(t);
    authority.acking = false;
    const gone = authority.openStream();
    const other = authority.openStream();
    await gone.request('initialize');
    await other.request('initialize');
    gone.close();
    await statusOf(host, ({ streams }) => streams.length === 1);
    link.cut();
    const next = await authority.waitForLink(2);
    await authority.waitFor(() => next.frames.length > 0);
    other.ping();
    await authority.waitFor(() => other.pongs.includes('active'));
    assert.deepEqual(new Set(next.frames.map(({ envelope }) => envelope.stream_id)), new Set([other.streamId]));
  });

  test('beyond the limit is refused with an error, and there is room again once one was closed', async (t) => {
    const reply = JSON.stringify({ id: 'injected-1', result: 0 });
    const agent = { command: 'sh', args: ['-c', `read line; echo '${reply}'; cat >/dev/null`] };
    const { authority, host } = await connectedHost(t, { agent });
    const streams = Array.from({ length: MAX_STREAMS }, () => authority.openStream());
    await Promise.all(streams.map((stream) => stream.request('initialize')));
    const tooMany = authority.openStream();
    const refused = await tooMany.request('initialize');
    assert.match(JSON.stringify(refused.error), /runs 64 agents, as many as it may/);
    streams[0]?.close();
    await statusOf(host, (status) => status.streams.length === MAX_STREAMS - 1);
    assert.equal((await authority.openStream().request('initialize')).result, 0);
  });
});

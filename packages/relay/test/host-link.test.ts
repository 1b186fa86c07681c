import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { headers } from '@holdfast/wire';
import { serverMessage, TestController } from './harness/controller.ts';
import { mustOpen, TestHost } from './harness/host.ts';
import { Peer, type Refused } from './harness/peer.ts';
import { relayFor } from './harness/relay.ts';

function refused(result: Peer | Refused): Refused {
  assert.ok(!(result instanceof Peer), 'the handshake was to be refused');
  return result;
}

test('a handshake says why it is refused: a bad token, a server that is gone, another version', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const badToken = refused(await host.tryLink(base, { extra: { authorization: 'Bearer hfs_wrong' } }));
  assert.equal(badToken.status, 401);
  assert.equal(badToken.body['code'], 'server_token_refused');
  assert.equal(badToken.headers['x-request-id'], badToken.body['request_id']);
  const gone = refused(await host.tryLink(base, { extra: { [headers.serverId]: 'srv_gone' } }));
  assert.equal(gone.status, 404);
  assert.deepEqual(gone.body, { detail: 'Remote app server not found' });
  const version = refused(await host.tryLink(base, { extra: { [headers.protocolVersion]: '2' } }));
  assert.equal(version.status, 426);
});

test("one host's token does not open another host's link", async (t) => {
  const { base, ...relay } = await relayFor(t);
  const [one, other] = [await TestHost.enroll({ base, ...relay }), await TestHost.enroll({ base, ...relay })];
  assert.equal(refused(await one.tryLink(base, { extra: { [headers.serverId]: other.serverId } })).status, 401);
});

test('the newest link of a host wins; the one before it is told so', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const old = await host.link(base);
  const current = await host.link(base);
  assert.equal((await old.untilClosed()).code, 4001);
  const link = await controller.link(base);
  link.send(controller.message('s1', 1));
  await current.frame('the message', ({ type }) => type === 'client_message');
  assert.equal(old.frames.length, 0);
});

test('frames of a stream that nobody knows are acked, so that the host can go on', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const link = await host.link(base);
  const [client_id, stream_id] = [`cli_${randomUUID()}`, 's-unknown'];
  for (let seq_id = 1; seq_id <= 200; seq_id += 1) {
    link.send({ type: 'server_message', client_id, stream_id, seq_id, message: {} });
  }
  await link.frame('the last ack', ({ type, seq_id }) => type === 'ack' && seq_id === 200);
  link.send({
    type: 'server_message_chunk',
    client_id,
    stream_id,
    seq_id: 201,
    segment_id: 0,
    segment_count: 3,
    message_size_bytes: 9,
    message_chunk_base64: 'AAAA',
  });
  await link.frame('the ack of a chunk', ({ seq_id, segment_id }) => seq_id === 201 && segment_id === 0);
});

test('a frame that is no envelope closes the link with a reason', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const cases: [string | Buffer, number][] = [
    ['{', 1007],
    ['{"type":"client_message","client_id":"c"}', 1008],
    ['{"type":"server_message","client_id":"c","stream_id":"s","message":{}}', 1008],
    [Buffer.from([1, 2, 3]), 1003],
  ];
  for (const [frame, code] of cases) {
    const link = await host.link(base);
    link.socket.send(frame);
    const closed = await link.untilClosed();
    assert.equal(closed.code, code);
    assert.notEqual(closed.reason, '');
  }
});

test('a repeated frame is acked again and arrives once', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  for (const text of ['once', 'again']) {
    link.send(controller.message('s1', 1, text));
    await link.until(
      `the ack of ${text}`,
      () => link.count(({ type }) => type === 'ack') === (text === 'once' ? 1 : 2),
    );
  }
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  for (const text of ['once', 'again']) {
    hostLink.send(serverMessage(controller, 's1', 1, text));
    await hostLink.until(
      `the ack of ${text}`,
      () => hostLink.count(({ type }) => type === 'ack') === (text === 'once' ? 1 : 2),
    );
  }
  link.send(controller.message('s1', 2));
  await hostLink.frame('the next', ({ seq_id, type }) => seq_id === 2 && type === 'client_message');
  hostLink.send(serverMessage(controller, 's1', 2));
  await link.frame('the next', ({ seq_id, type }) => seq_id === 2 && type === 'server_message');
  assert.equal(
    hostLink.count(({ type }) => type === 'client_message'),
    2,
  );
  assert.equal(
    link.count(({ type }) => type === 'server_message'),
    2,
  );
});

test('a ping reaches a host that is there, its pong comes back, and neither waits for one who is away', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const link = await controller.link(base);
  const ping = (seq_id: number) => ({ ...controller.ack('s1', seq_id), type: 'ping', state: 'foreground' });
  link.send(controller.message('s1', 1));
  link.send(ping(2));
  await link.frame('its ack', ({ type, seq_id }) => type === 'ack' && seq_id === 2);
  const hostLink = await host.link(base);
  link.send(ping(3));
  await hostLink.frame('the ping', ({ type, seq_id }) => type === 'ping' && seq_id === 3);
  assert.equal(
    hostLink.count(({ type }) => type === 'ping'),
    1,
  );
  hostLink.send({ type: 'pong', client_id: controller.clientId, stream_id: 's1', seq_id: 1, status: 'unknown' });
  const pong = await link.frame('the pong', ({ type }) => type === 'pong');
  assert.equal(pong['status'], 'unknown');
  assert.equal(pong['env_id'], host.environmentId);
  await hostLink.frame('its ack', ({ type }) => type === 'ack');
});

test('a ping on a stream that nobody opened is answered by the relay', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  link.send({ ...controller.ack('s1', 1), type: 'ping', state: 'foreground' });
  const pong = await link.frame('the answer', ({ type }) => type === 'pong');
  assert.deepEqual([pong['stream_id'], pong['status'], pong['seq_id']], ['s1', 'unknown', 0]);
  assert.deepEqual(await hostLink.settled(), []);
});

test('a host that remembers its cursor gets what came after it', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const link = await controller.link(base);
  const first = await host.link(base);
  link.send(controller.message('s1', 1));
  await first.frame('the first', ({ seq_id }) => seq_id === 1);
  first.send(serverMessage(controller, 's1', 1));
  await link.frame('its answer', ({ type }) => type === 'server_message');
  first.cut();
  await first.untilClosed();
  for (const seq of [2, 3]) link.send(controller.message('s1', seq));
  await link.frame('the last ack', ({ type, seq_id }) => type === 'ack' && seq_id === 3);
  const second = await host.link(base);
  await second.frame('the last', ({ seq_id }) => seq_id === 3);
  assert.deepEqual(
    second.frames.map(({ seq_id }) => seq_id),
    [2, 3],
  );
});

test('a cursor of another relay counts as none', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const link = await controller.link(base);
  link.send(controller.message('s1', 1));
  await link.frame('its ack', ({ type }) => type === 'ack');
  for (const cursor of ['0bad-1', '7', 'garbage', '']) {
    const opened = mustOpen(await host.tryLink(base, { extra: { [headers.subscribeCursor]: cursor } }));
    await opened.frame('the message', ({ seq_id }) => seq_id === 1);
    opened.cut();
  }
});

test('a host that has forgotten its cursor began anew: streams it spoke on are over, others get everything again', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const link = await controller.link(base);
  const first = await host.link(base);
  link.send(controller.message('spoken', 1));
  link.send(controller.message('silent', 1));
  await first.until('both', () => first.frames.length === 2);
  first.send(serverMessage(controller, 'spoken', 1));
  await link.frame('the answer', ({ type }) => type === 'server_message');
  first.cut();
  await first.untilClosed();
  link.send(controller.message('spoken', 2));
  await link.frame('its ack', ({ type, seq_id }) => type === 'ack' && seq_id === 2);
  link.cut();
  await link.untilClosed();

  const second = await host.link(base, { remembers: false });
  await second.frame('the silent stream', ({ stream_id }) => stream_id === 'silent');
  const returned = await controller.link(base);
  const pong = await returned.frame('what became of the other', ({ type }) => type === 'pong');
  assert.deepEqual(
    { stream: pong['stream_id'], status: pong['status'], env: pong['env_id'] },
    { stream: 'spoken', status: 'unknown', env: host.environmentId },
  );
  assert.equal(
    second.count(({ stream_id }) => stream_id === 'spoken'),
    0,
  );
});

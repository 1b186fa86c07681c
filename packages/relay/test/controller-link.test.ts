import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { paths } from '@holdfast/wire';
import { newKey, serverMessage, TestController } from './harness/controller.ts';
import { mustOpen, post, TestHost } from './harness/host.ts';
import { Peer } from './harness/peer.ts';
import { relayFor } from './harness/relay.ts';

async function meet(t: Parameters<typeof relayFor>[0], options: Parameters<typeof relayFor>[1] = {}) {
  const relay = await relayFor(t, options);
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  return { base: relay.base, host, controller };
}

test('a ticket opens one websocket', async (t) => {
  const { base, controller } = await meet(t);
  const ticket = await controller.ticket(base);
  const first = mustOpen(await controller.openWithTicket(base, ticket));
  assert.equal(first.socket.protocol, 'holdfast.v1');
  const second = await controller.openWithTicket(base, ticket);
  assert.ok(!(second instanceof Peer));
  assert.equal(second.status, 401);
  assert.equal(second.body['code'], 'ticket_refused');
});

test('a device that proves itself with another key is refused', async (t) => {
  const { base, controller } = await meet(t);
  const link = mustOpen(await controller.openWithTicket(base, await controller.ticket(base)));
  await controller.prove(link, await newKey());
  assert.equal((await link.untilClosed()).code, 4401);
});

test('a device that sends something else before its proof is refused, and the relay goes on', async (t) => {
  const { base, controller } = await meet(t);
  for (const frame of ['', '{', JSON.stringify(controller.message('s1', 1))]) {
    const link = mustOpen(await controller.openWithTicket(base, await controller.ticket(base)));
    link.send(frame);
    assert.equal((await link.untilClosed()).code, 4401);
  }
});

test("an envelope with another client's id closes the link", async (t) => {
  const { base, controller } = await meet(t);
  const link = await controller.link(base);
  link.send({ ...controller.message('s1', 1), client_id: 'cli_other' });
  assert.equal((await link.untilClosed()).code, 1008);
});

test('an environment that a device is not paired with answers that the stream is unknown', async (t) => {
  const { base, host, controller } = await meet(t);
  const hostLink = await host.link(base);
  const link = await controller.link(base);
  link.send({ ...controller.message('s1', 1), env_id: 'env_other' });
  const pong = await link.frame('the answer', ({ type }) => type === 'pong');
  assert.deepEqual([pong['env_id'], pong['stream_id'], pong['status']], ['env_other', 's1', 'unknown']);
  assert.equal((await hostLink.settled()).length, 0);
});

test('what a Holdfast controller has acked does not come again, what it has not does', async (t) => {
  const { base, host, controller } = await meet(t);
  const [hostLink, first] = [await host.link(base), await controller.link(base)];
  first.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  for (const seq of [1, 2, 3]) hostLink.send(serverMessage(controller, 's1', seq));
  await first.frame('the last', ({ type, seq_id }) => type === 'server_message' && seq_id === 3);
  first.send(controller.ack('s1', 2));
  await first.settled();
  first.cut();
  await first.untilClosed();
  const second = await controller.link(base);
  await second.frame('the unacked one', ({ type, seq_id }) => type === 'server_message' && seq_id === 3);
  assert.deepEqual(
    second.frames.filter(({ type }) => type === 'server_message').map(({ seq_id }) => seq_id),
    [3],
  );
});

test('of a segmented message, an ack releases just the segments it names', async (t) => {
  const { base, host, controller } = await meet(t);
  const [hostLink, first] = [await host.link(base), await controller.link(base)];
  first.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  for (const segment_id of [0, 1, 2]) {
    hostLink.send({
      type: 'server_message_chunk',
      client_id: controller.clientId,
      stream_id: 's1',
      seq_id: 1,
      segment_id,
      segment_count: 3,
      message_size_bytes: 9,
      message_chunk_base64: 'AAAA',
    });
  }
  await hostLink.frame('the ack of all', ({ type, segment_id }) => type === 'ack' && segment_id === undefined);
  await first.frame('the last segment', ({ segment_id }) => segment_id === 2);
  first.send({ ...controller.ack('s1', 1), segment_id: 1 });
  await first.settled();
  first.cut();
  const second = await controller.link(base);
  await second.frame('the last segment', ({ segment_id }) => segment_id === 2);
  assert.equal(
    second.count(({ type }) => type === 'server_message_chunk'),
    1,
  );
});

test('a controller that never acks is trimmed by what its socket confirms, or by the cursor it names', async (t) => {
  // on a clock that stands still the relay asks when it has sent enough, and at no other time
  const { base, host, controller } = await meet(t, { clock: new ManualClock() });
  const [hostLink, first] = [await host.link(base), await controller.linkByHeaders(base)];
  first.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  // as many as make the relay ask how far the controller is
  for (let seq = 1; seq <= 64; seq += 1) hostLink.send(serverMessage(controller, 's1', seq));
  await new Promise((resolve) => first.socket.once('ping', resolve));
  await first.settled();
  first.cut();
  await first.untilClosed();
  for (const seq of [65, 66]) hostLink.send(serverMessage(controller, 's1', seq));
  await hostLink.frame('the last ack', ({ type, seq_id }) => type === 'ack' && seq_id === 66);
  const second = await controller.linkByHeaders(base);
  await second.frame('the last', ({ seq_id }) => seq_id === 66);
  assert.deepEqual(
    second.frames.filter(({ type }) => type === 'server_message').map(({ seq_id }) => seq_id),
    [65, 66],
  );
  const cursor = String(second.frames.find(({ seq_id }) => seq_id === 65)?.['cursor']);
  second.cut();
  const third = await controller.linkByHeaders(base, { cursor });
  await third.frame('what came after the cursor', ({ seq_id }) => seq_id === 66);
  assert.equal(
    third.count(({ seq_id }) => seq_id === 65),
    0,
  );
});

test('when a controller closes a stream, the host is told and what it still says there is acked and dropped', async (t) => {
  const { base, host, controller } = await meet(t);
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  link.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  link.send({ ...controller.ack('s1', 2), type: 'client_closed' });
  const closed = await hostLink.frame('the close', ({ type }) => type === 'client_closed');
  assert.equal(closed['stream_id'], 's1');
  hostLink.send(serverMessage(controller, 's1', 1));
  await hostLink.frame('its ack', ({ type }) => type === 'ack');
  assert.equal((await link.settled()).filter(({ type }) => type === 'server_message').length, 0);
});

test('a device that is removed loses its link at once, its host is told, and nothing more reaches it', async (t) => {
  const { base, host, controller } = await meet(t);
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  link.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  const answer = await fetch(`${base}/${paths.environmentClient(host.environmentId, controller.clientId)}`, {
    method: 'DELETE',
    headers: host.accountHeaders,
  });
  assert.equal(answer.status, 200);
  assert.equal((await link.untilClosed()).code, 4003);
  await hostLink.frame('the close', ({ type, stream_id }) => type === 'client_closed' && stream_id === 's1');
  hostLink.send(serverMessage(controller, 's1', 1));
  await hostLink.frame('its ack', ({ type }) => type === 'ack');
});

test('a stream on which too much waits for an absent controller is reset, and no other', async (t) => {
  const { base, host, controller } = await meet(t, { bounds: { streamFrames: 10 } });
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  for (const stream of ['loud', 'quiet']) link.send(controller.message(stream, 1));
  await hostLink.until('both', () => hostLink.count(({ type }) => type === 'client_message') === 2);
  link.cut();
  await link.untilClosed();
  hostLink.send(serverMessage(controller, 'quiet', 1));
  for (let seq = 1; seq <= 20; seq += 1) hostLink.send(serverMessage(controller, 'loud', seq));
  await hostLink.frame('the close', ({ type, stream_id }) => type === 'client_closed' && stream_id === 'loud');
  await hostLink.frame('the last ack', ({ type, seq_id }) => type === 'ack' && seq_id === 20);
  const returned = await controller.link(base);
  const pong = await returned.frame('what became of it', ({ type }) => type === 'pong');
  assert.deepEqual([pong['stream_id'], pong['status']], ['loud', 'unknown']);
  assert.deepEqual(
    returned.frames.filter(({ type }) => type === 'server_message').map(({ stream_id }) => stream_id),
    ['quiet'],
  );
  returned.send(controller.message('loud', 2));
  await returned.until('to be told again', () => returned.count(({ type }) => type === 'pong') === 2);
  assert.equal(
    hostLink.count(({ type, stream_id }) => type === 'client_message' && stream_id === 'loud'),
    1,
  );
});

test('a client has so many streams; for one more, the one idle longest goes', async (t) => {
  const { base, host, controller } = await meet(t, { bounds: { streamsPerClient: 3 } });
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  for (const stream of ['a', 'b', 'c', 'd']) {
    link.send(controller.message(stream, 1));
    await hostLink.frame(stream, ({ type, stream_id }) => type === 'client_message' && stream_id === stream);
  }
  const pong = await link.frame('which one went', ({ type }) => type === 'pong');
  assert.equal(pong['stream_id'], 'a');
  assert.equal(
    hostLink.count(({ type }) => type === 'client_closed'),
    1,
  );
});

test('a controller that does not read holds up nobody, and gets everything in order when it does', async (t) => {
  const { base, host, controller } = await meet(t, { bounds: { socketBytes: 64 * 1024 } });
  const [hostLink, link] = [await host.link(base), await controller.link(base)];
  link.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  link.socket.pause();
  const text = 'x'.repeat(100_000);
  for (let seq = 1; seq <= 200; seq += 1) hostLink.send(serverMessage(controller, 's1', seq, text));
  await hostLink.frame('the last ack', ({ type, seq_id }) => type === 'ack' && seq_id === 200);
  link.socket.resume();
  await link.frame('the last', ({ type, seq_id }) => type === 'server_message' && seq_id === 200);
  assert.deepEqual(
    link.frames.filter(({ type }) => type === 'server_message').map(({ seq_id }) => seq_id),
    Array.from({ length: 200 }, (_, n) => n + 1),
  );
});

test('a stream on which too much waits for an absent host is reset; the controller is told at once, the host on its return', async (t) => {
  const { base, host, controller } = await meet(t, { bounds: { streamFrames: 10 } });
  const link = await controller.link(base);
  for (let seq = 1; seq <= 20; seq += 1) link.send(controller.message('loud', seq));
  await link.frame('the last ack', ({ type, seq_id }) => type === 'ack' && seq_id === 20);
  await link.frame('that it is over', ({ type, stream_id }) => type === 'pong' && stream_id === 'loud');
  const hostLink = await host.link(base);
  await hostLink.frame('the close', ({ type, stream_id }) => type === 'client_closed' && stream_id === 'loud');
  assert.equal((await hostLink.settled()).length, 1);
});

test('the newest link of a device wins; the one before it is told so', async (t) => {
  const { base, host, controller } = await meet(t);
  const [hostLink, old] = [await host.link(base), await controller.link(base)];
  old.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  const current = await controller.link(base);
  assert.equal((await old.untilClosed()).code, 4001);
  hostLink.send(serverMessage(controller, 's1', 1));
  await current.frame('the answer', ({ type }) => type === 'server_message');
});

test('one socket serves many hosts: each gets what is meant for it', async (t) => {
  const relay = await relayFor(t);
  const [one, other] = [await TestHost.enroll(relay), await TestHost.enroll(relay)];
  const controller = await TestController.claim(relay.base, await one.pair(relay.base));
  const { pairing_code } = await other.pair(relay.base);
  await post(relay.base, paths.clientPair, { client_id: controller.clientId, pairing_code }, controller.bearer);
  const [oneLink, otherLink] = [await one.link(relay.base), await other.link(relay.base)];
  const link = await controller.link(relay.base);
  link.send(controller.message('s1', 1, 'for one'));
  link.send({ ...controller.message('s1', 1, 'for the other'), env_id: other.environmentId });
  for (const hostLink of [oneLink, otherLink]) {
    await hostLink.frame('its message', ({ type }) => type === 'client_message');
    hostLink.send(serverMessage(controller, 's1', 1));
  }
  await link.until('both answers', () => link.count(({ type }) => type === 'server_message') === 2);
  const environments = link.frames.filter(({ type }) => type === 'server_message').map(({ env_id }) => String(env_id));
  assert.deepEqual(environments.sort(), [one.environmentId, other.environmentId].sort());
  assert.deepEqual(
    (await otherLink.settled()).filter(({ type }) => type === 'client_message').map(({ message }) => message),
    [{ method: 'for the other' }],
  );
});

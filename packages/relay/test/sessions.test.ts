import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { paths } from '@holdfast/wire';
import { serverMessage, TestController } from './harness/controller.ts';
import { post, TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

const ONE = 'session-number-one';
const TWO = 'session-number-two';
const isMessage = ({ type }: { type: string }) => type === 'server_message';

async function meet(t: TestContext, options: Parameters<typeof relayFor>[1] = {}) {
  const relay = await relayFor(t, options);
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  return { relay, base: relay.base, host, hostLink: await host.link(relay.base), controller };
}

test('two sessions of one device are there side by side, and each gets only what is on its own streams', async (t) => {
  const { base, hostLink, controller } = await meet(t);
  const one = await controller.link(base, { session: ONE });
  const two = await controller.link(base, { session: TWO });
  one.send(controller.message('s1', 1));
  two.send(controller.message('s2', 1));
  await hostLink.until('both', () => hostLink.count(({ type }) => type === 'client_message') === 2);
  hostLink.send(serverMessage(controller, 's1', 1));
  hostLink.send(serverMessage(controller, 's2', 1));
  await one.frame('the answer', isMessage);
  await two.frame('the answer', isMessage);
  const streams = async (link: typeof one) => (await link.settled()).slice(1).map(({ stream_id }) => stream_id);
  assert.deepEqual(
    [await streams(one), await streams(two)].map((ids) => [...new Set(ids)]),
    [['s1'], ['s2']],
  );
});

test("a session's mail waits for that session, over a restart of the relay too", async (t) => {
  const dataDir = temporaryFolder(t);
  const { relay, base, host, hostLink, controller } = await meet(t, { dataDir });
  const one = await controller.link(base, { session: ONE });
  one.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  one.cut();
  await one.untilClosed();
  hostLink.send(serverMessage(controller, 's1', 1));
  await hostLink.frame('its ack', ({ type }) => type === 'ack');
  await relay.close();
  const again = await relayFor(t, { dataDir });
  await host.link(again.base);
  const two = await controller.link(again.base, { session: TWO });
  assert.equal((await two.settled()).filter(isMessage).length, 0);
  const back = await controller.link(again.base, { session: ONE });
  await back.frame('what waited', isMessage);
});

test('the newest link of a session wins, and no other session notices', async (t) => {
  const { base, controller } = await meet(t);
  const old = await controller.link(base, { session: ONE });
  const other = await controller.link(base, { session: TWO });
  const unnamed = await controller.linkByHeaders(base);
  await controller.link(base, { session: ONE });
  assert.equal((await old.untilClosed()).code, 4001);
  await other.settled();
  await unnamed.settled();
  assert.deepEqual([other.closed, unnamed.closed], [undefined, undefined]);
});

test("what one session says on another's stream is answered as unknown, and changes nothing there", async (t) => {
  const { base, hostLink, controller } = await meet(t);
  const one = await controller.link(base, { session: ONE });
  const two = await controller.link(base, { session: TWO });
  one.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  hostLink.send(serverMessage(controller, 's1', 1));
  await one.frame('the answer', isMessage);
  two.send(controller.ack('s1', 1));
  two.send(controller.message('s1', 2));
  two.send({ ...controller.ack('s1', 3), type: 'client_closed' });
  await two.until('three answers', () => two.count(({ type }) => type === 'pong') === 3);
  assert.equal((await hostLink.settled()).filter(({ type }) => type.startsWith('client')).length, 1);
  one.cut();
  const back = await controller.link(base, { session: ONE });
  await back.frame('what nobody acked', isMessage);
});

test('a device has so many links at once; for one more the oldest is closed, and told why', async (t) => {
  const { base, controller } = await meet(t, { bounds: { sessionsPerClient: 2 } });
  const first = await controller.link(base, { session: ONE });
  const second = await controller.link(base, { session: TWO });
  const third = await controller.linkByHeaders(base);
  assert.deepEqual(await first.untilClosed(), { code: 4008, reason: 'this device has 2 newer connections' });
  await second.settled();
  await third.settled();
  assert.deepEqual([second.closed, third.closed], [undefined, undefined]);
});

test('a device that is removed loses all its links', async (t) => {
  const { base, host, controller } = await meet(t);
  const links = [
    await controller.link(base, { session: ONE }),
    await controller.link(base, { session: TWO }),
    await controller.linkByHeaders(base),
  ];
  await Promise.all(links.map((link) => link.settled()));
  await fetch(`${base}/${paths.environmentClient(host.environmentId, controller.clientId)}`, {
    method: 'DELETE',
    headers: host.accountHeaders,
  });
  for (const link of links) assert.equal((await link.untilClosed()).code, 4003);
});

test('a session is named by a plain id, and by nothing else', async (t) => {
  const { base, controller } = await meet(t);
  for (const session of ['short', 'with a space in it', 'with/a/slash/in/it', 'x'.repeat(65), 7]) {
    const { status, body } = await post(base, paths.clientTicket, { session }, controller.bearer);
    assert.deepEqual([status, body['code']], [400, 'malformed_body']);
  }
});

test('the segments of a large message come to the host together, whatever the other session says in between', async (t) => {
  const dataDir = temporaryFolder(t);
  const { relay, base, host, hostLink, controller } = await meet(t, { dataDir });
  const chunk = (streamId: string, segment_id: number, segment_count = 3) => ({
    ...controller.message(streamId, 2),
    type: 'client_message_chunk',
    message: undefined,
    segment_id,
    segment_count,
    message_size_bytes: 9,
    message_chunk_base64: 'QUJD',
  });
  const one = await controller.link(base, { session: ONE });
  const two = await controller.link(base, { session: TWO });
  one.send(controller.message('s1', 1));
  two.send(controller.message('s2', 1));
  one.send(chunk('s1', 0));
  await one.settled();
  two.send(chunk('s2', 0));
  two.send(chunk('s2', 1));
  await two.settled();
  one.send(chunk('s1', 1));
  one.send(chunk('s1', 2));
  await one.frame(
    'the ack of it all',
    ({ type, seq_id, segment_id }) => type === 'ack' && seq_id === 2 && segment_id === undefined,
  );
  const chunks = (frames: readonly Record<string, unknown>[]) =>
    frames
      .filter(({ type }) => type === 'client_message_chunk')
      .map(({ stream_id, segment_id }) => `${stream_id} ${segment_id}`);
  assert.deepEqual(chunks(await hostLink.settled()), ['s1 0', 's1 1', 's1 2']);
  // what waits for the rest of its message is durable, and was acked as such
  await relay.close();
  const again = await relayFor(t, { dataDir });
  const hostAgain = await host.link(again.base);
  const twoAgain = await controller.link(again.base, { session: TWO });
  twoAgain.send(chunk('s2', 2));
  await twoAgain.settled();
  assert.deepEqual(chunks(await hostAgain.settled()), ['s2 0', 's2 1', 's2 2']);
});

test('segments whose message never ends go with their stream', async (t) => {
  const { base, hostLink, controller, relay } = await meet(t);
  const one = await controller.link(base, { session: ONE });
  one.send(controller.message('s1', 1));
  const part = { segment_id: 0, segment_count: 2, message_size_bytes: 9, message_chunk_base64: 'QUJD' };
  one.send({ ...controller.message('s1', 2), type: 'client_message_chunk', message: undefined, ...part });
  one.send({ ...controller.message('s1', 3) });
  await one.settled();
  const seqs = (await hostLink.settled())
    .filter(({ type }) => type.startsWith('client_message'))
    .map(({ seq_id }) => seq_id);
  assert.deepEqual(seqs, [1, 3]);
  await relay.close();
});

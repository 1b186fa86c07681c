import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { Assembler, splitMessage } from '@holdfast/wire';
import { INITIALIZE, openStream, reaches, startController, startRelay, take } from './harness.ts';

const message = (n: number) => `{"method":"note","params":${n}}`;

test('a stream begins with one initialize request, and takes nothing but JSON-RPC', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const stream = controller.openStream('env_1');
  const refused = (text: string, why: RegExp) =>
    assert.throws(() => stream.send(text), { code: 'ERR_CONTROLLER_MESSAGE', message: why });
  refused(message(1), /first message of a stream is an initialize request/);
  refused('{"method":"initialize"}', /first message/);
  refused('{"id":1', /not JSON/);
  refused('[]', /an object was expected/);
  refused('{}', /neither method, result nor error/);
  assert.equal(stream.bufferedBytes, 0);
  stream.send(INITIALIZE);
  refused(INITIALIZE, /initialized already/);
  await stream.drain();
  assert.deepEqual(
    relay.frames.map(({ type, seq_id, env_id }) => [type, seq_id, env_id]),
    [['client_message', 1, 'env_1']],
  );
});

test('messages pass unchanged in both directions, to the byte', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  const odd = '{ "method":"n",\n"params":{"big":12345678901234567890,"x":1.0,"x":2,"s":"\\u00e9é🙂"} }';
  stream.send(odd);
  await stream.drain();
  assert.equal(relay.framesOf('client_message')[1]?.message, odd);
  relay.send(opening, { type: 'server_message', seq_id: 1, message: odd });
  assert.deepEqual(await take(stream, 1), [odd]);
});

test('what was not acked is sent again after a reconnect: same seq, in order; what was acked is not', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream } = await openStream(relay, controller);
  stream.send(message(2));
  await stream.drain();
  relay.autoAck = false;
  for (const n of [3, 4, 5]) stream.send(message(n));
  await relay.until(() => relay.frames.length === 5, 'five frames');
  relay.cut();
  await relay.until(() => relay.sockets.size === 0, 'the cut');
  stream.send(message(6)); // while there is no link, or a new one: after what went before it, either way
  await relay.until(() => relay.frames.length >= 9, 'the unacked again');
  const again = relay.framesOf('client_message').slice(5);
  assert.deepEqual(
    again.map((frame) => [frame.seq_id, frame.message]),
    [3, 4, 5, 6].map((n) => [n, message(n)]),
  );
});

test('a frame that came already is dropped, whole messages and old ones alike', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  for (const seq_id of [1, 2, 2, 1, 3])
    relay.send(opening, { type: 'server_message', seq_id, message: message(seq_id) });
  assert.deepEqual(await take(stream, 3), [1, 2, 3].map(message));
});

test('a message is acked after its consumer took it, several by one ack, and the last again on a new link', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  const { stream, opening } = await openStream(relay, controller);
  for (const seq_id of [1, 2, 3]) relay.send(opening, { type: 'server_message', seq_id, message: message(seq_id) });
  relay.send(opening, { type: 'pong', seq_id: 4, status: 'active' });
  stream.send(message(9));
  await stream.drain(); // its ack came after those messages
  await clock.advance(1_000);
  assert.equal(relay.framesOf('ack').length, 0, 'nobody has taken anything');
  await take(stream, 2);
  await clock.advance(20);
  await relay.until(() => relay.framesOf('ack').length === 1, 'an ack');
  assert.equal(relay.framesOf('ack')[0]?.seq_id, 2);
  await take(stream, 1);
  await clock.advance(20);
  await relay.until(() => relay.framesOf('ack').length === 2, 'the second ack');
  assert.equal(relay.framesOf('ack')[1]?.seq_id, 4, 'the pong behind the last message goes with it');
  relay.cut();
  await relay.until(() => relay.sockets.size === 0, 'the cut');
  await reaches(controller, 'waiting');
  await clock.advance(0);
  await relay.until(() => relay.framesOf('ack').length === 3, 'the ack again');
  assert.equal(relay.framesOf('ack')[2]?.seq_id, 4);
});

test('a large message goes out in segments under one seq, and comes in from segments', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  const large = `{"method":"n","params":"${'é🙂x'.repeat(100_000)}"}`;
  stream.send(large);
  await stream.drain();
  const chunks = relay.framesOf('client_message_chunk');
  const assembler = new Assembler();
  const outcomes = chunks.map((chunk) => assembler.take('a', 'b', chunk.seq_id, chunk));
  assert.ok(chunks.length > 2);
  assert.deepEqual(outcomes.at(-1), { kind: 'complete', message: large });

  for (const segment of splitMessage(large))
    relay.send(opening, { type: 'server_message_chunk', seq_id: 1, ...segment });
  assert.deepEqual(await take(stream, 1), [large]);
});

test('segments are acked as they come, so that a window of them never waits for the message they make', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  const large = `{"method":"n","params":"${'x'.repeat(400_000)}"}`;
  const [first, second, ...rest] = splitMessage(large);
  assert.ok(first !== undefined && second !== undefined && rest.length > 0);
  for (const segment of [first, second]) relay.send(opening, { type: 'server_message_chunk', seq_id: 1, ...segment });
  await relay.until(() => relay.framesOf('ack').some((ack) => ack.segment_id === 1), 'an ack of the second segment');
  relay.cut();
  await relay.until(() => relay.links === 2, 'a new link');
  for (const segment of [second, ...rest]) relay.send(opening, { type: 'server_message_chunk', seq_id: 1, ...segment });
  assert.deepEqual(await take(stream, 1), [large]);
  await relay.until(() => relay.framesOf('ack').some((ack) => ack.segment_id === undefined), 'an ack of the whole');
});

test('a large message with a hole in it ends the stream: what is lost is not passed over', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  const [first, , third] = splitMessage(`{"method":"n","params":"${'x'.repeat(300_000)}"}`);
  assert.ok(first !== undefined && third !== undefined);
  for (const segment of [first, third]) relay.send(opening, { type: 'server_message_chunk', seq_id: 1, ...segment });
  const { reason, error } = await stream.closed;
  assert.equal(reason, 'malformed');
  assert.match(error?.message ?? '', /a segment is missing/);
  await relay.until(() => relay.framesOf('client_closed').length === 1, 'goodbye');
});

test('a host that no longer knows a stream ends it, after what it had sent', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  relay.send(opening, { type: 'server_message', seq_id: 1, message: message(1) });
  relay.send(opening, { type: 'pong', seq_id: 0, status: 'unknown' });
  assert.equal((await stream.closed).reason, 'gone');
  const taken: string[] = [];
  await assert.rejects(
    async () => {
      for await (const text of stream.messages) taken.push(text);
    },
    { code: 'ERR_CONTROLLER_STREAM_GONE', message: /Open a new one and initialize again/ },
  );
  assert.deepEqual(taken, [message(1)]);
  assert.throws(() => stream.send(message(2)), { code: 'ERR_CONTROLLER_STREAM_GONE' });
  await openStream(relay, controller);
});

test('more than may wait for the relay is refused, and nothing of it is sent; drain says when there is room', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay, { maxOutgoing: 10_000 });
  const { stream } = await openStream(relay, controller);
  await stream.drain();
  relay.autoAck = false;
  const large = `{"method":"n","params":"${'x'.repeat(6_000)}"}`;
  stream.send(large);
  assert.ok(stream.bufferedBytes > 6_000);
  assert.throws(() => stream.send(large), { code: 'ERR_CONTROLLER_FULL' });
  relay.autoAck = true;
  relay.cut();
  await stream.drain();
  stream.send(large);
  await stream.drain();
  assert.deepEqual([...new Set(relay.framesOf('client_message').map(({ seq_id }) => seq_id))], [1, 2, 3]);
});

test('a consumer that stops reading holds the sender back, and misses nothing when it goes on', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay, { maxIncoming: 100 });
  const { stream, opening } = await openStream(relay, controller);
  const sendUnacked = () => {
    const acked = relay.framesOf('ack').at(-1)?.seq_id ?? 0;
    for (let n = acked + 1; n <= 20; n += 1)
      relay.send(opening, { type: 'server_message', seq_id: n, message: message(n) });
  };
  sendUnacked();
  stream.send(message(0));
  await stream.drain(); // its ack came after all twenty
  assert.equal(relay.links, 1);
  relay.onLink = sendUnacked;
  // whenever there is room again a new link is asked for, on which the relay starts over from the last ack
  const taken = await take(stream, 20);
  assert.deepEqual(
    taken,
    Array.from({ length: 20 }, (_, n) => message(n + 1)),
  );
  assert.ok(relay.links > 1);
});

test('streams of one controller are apart: seq, acks and ends', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const one = await openStream(relay, controller);
  const two = await openStream(relay, controller);
  assert.notEqual(one.stream.id, two.stream.id);
  relay.send(one.opening, { type: 'pong', seq_id: 0, status: 'unknown' });
  await one.stream.closed;
  relay.send(two.opening, { type: 'server_message', seq_id: 1, message: message(1) });
  assert.deepEqual(await take(two.stream, 1), [message(1)]);
  assert.equal(two.opening.seq_id, 1);
});

test('closing a stream tells the host, also when there was no link, and what comes late is acked and forgotten', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  relay.autoAck = false;
  relay.cut();
  await relay.until(() => relay.sockets.size === 0, 'the cut');
  stream.send(message(2));
  const closing = stream.close();
  const rest: string[] = [];
  for await (const text of stream.messages) rest.push(text);
  assert.deepEqual(rest, []);
  await relay.until(() => relay.framesOf('client_closed').length === 1, 'goodbye');
  assert.deepEqual(
    relay.frames.slice(-2).map(({ type, seq_id }) => [type, seq_id]),
    [
      ['client_message', 2],
      ['client_closed', 3],
    ],
  );
  relay.send(opening, { type: 'server_message', seq_id: 7, message: message(7) });
  await relay.until(() => relay.framesOf('ack').some(({ seq_id }) => seq_id === 7), 'the ack of what came late');
  relay.send(opening, { type: 'ack', seq_id: 3 });
  await closing;
  assert.deepEqual(await stream.closed, { reason: 'closed', error: null });
  assert.throws(() => stream.send(message(8)), { code: 'ERR_CONTROLLER_CLOSED' });
});

test('a frame that cannot be read is reported and dropped, and the link goes on', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream, opening } = await openStream(relay, controller);
  const codes: string[] = [];
  controller.on('error', ({ code }) => codes.push(code));
  for (const text of ['nonsense', '{}', '{"type":"client_message","client_id":"c"}']) relay.sendText(text);
  relay.send(opening, { type: 'server_message', seq_id: 1, message: message(1) });
  assert.deepEqual(await take(stream, 1), [message(1)]);
  assert.deepEqual(codes, Array(3).fill('ERR_CONTROLLER_MALFORMED'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '@holdfast/testkit';
import type { Bounds } from '../../src/bounds.ts';
import { listener, stage } from '../harness/stage.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** A stream on which its host has spoken, and whose controller has acked that: what comes now may fly. */
async function flying(t: Parameters<typeof stage>[0], bounds: Partial<Bounds> = {}) {
  const on = await stage(t, { bounds });
  const { services, server, client_id, upward, downward } = on;
  const [host, controller] = [
    listener(services, server.serverId),
    listener(services, client_id, { takesDirect: true }),
  ];
  services.switchboard.attachHost(server.serverId, host.port, null);
  services.switchboard.attachController(client_id, controller.port, null);
  upward('client_message', 1);
  downward(1);
  await settle();
  upward('ack', 1);
  await settle();
  assert.deepEqual(host.seqs('ack'), [1]);
  const onDisk = () => services.mailbox.waitingFor(client_id).frames;
  assert.equal(onDisk(), 0);
  return { ...on, host, controller, onDisk };
}

test('what a controller acks in time never touches the disk, and its host has an ack when the controller has given one', async (t) => {
  const { host, controller, onDisk, upward, downward, stream } = await flying(t);
  for (const seq of numbers(2, 50)) downward(seq);
  assert.deepEqual(controller.seqs('server_message'), numbers(1, 50), 'forwarded at once');
  await settle();
  assert.deepEqual([onDisk(), host.seqs('ack')], [0, [1]]);
  upward('ack', 40);
  assert.deepEqual([onDisk(), host.seqs('ack'), stream()?.down.seq], [0, [1, 40], 40]);
  upward('ack', 50);
  assert.deepEqual([onDisk(), host.seqs('ack')], [0, [1, 40, 50]]);
});

test('a controller that does not ack holds up no ack of the host: after a moment its frames are made durable, and it is sent none twice', async (t) => {
  const { host, controller, onDisk, clock, upward, downward } = await flying(t);
  for (const seq of numbers(2, 200)) downward(seq);
  await clock.advance(550);
  assert.deepEqual([onDisk(), host.seqs('ack')], [199, [1, 200]]);
  downward(201);
  await settle();
  assert.deepEqual(
    [onDisk(), host.seqs('ack')],
    [200, [1, 200, 201]],
    'from now on by way of the disk, and acked at once',
  );
  assert.deepEqual(controller.seqs('server_message'), numbers(1, 201));
  upward('ack', 200);
  await settle();
  assert.equal(onDisk(), 1);
  downward(202);
  assert.deepEqual(
    [onDisk(), controller.seqs('server_message').at(-1)],
    [1, 202],
    'it has come as far: frames fly again',
  );
});

test('a controller that acks slowly, but acks, is waited for, and no frame for longer than a second', async (t) => {
  const { onDisk, clock, upward, downward } = await flying(t);
  for (const seq of numbers(2, 100)) downward(seq);
  for (let acked = 1; acked < 5; acked += 1) {
    await clock.advance(200);
    upward('ack', acked + 1);
    assert.equal(onDisk(), 0);
  }
  await clock.advance(200);
  assert.equal(onDisk(), 95);
});

test('a frame of the host that comes again while it is in flight is neither sent again nor acked', async (t) => {
  const { host, controller, upward, downward } = await flying(t);
  for (const seq of [2, 3, 2, 3, 4]) downward(seq);
  await settle();
  assert.deepEqual([controller.seqs('server_message'), host.seqs('ack')], [[1, 2, 3, 4], [1]]);
  upward('ack', 4);
  downward(4);
  await settle();
  assert.deepEqual(
    [controller.seqs('server_message'), host.seqs('ack')],
    [
      [1, 2, 3, 4],
      [1, 4, 4],
    ],
  );
});

test('what was in flight to a controller that vanished waits for it, in order, before what came later', async (t) => {
  const { services, client_id, host, controller, onDisk, upward, downward } = await flying(t);
  for (const seq of numbers(2, 9)) downward(seq);
  upward('ack', 4);
  services.switchboard.detach(client_id, controller.port);
  await settle();
  assert.deepEqual([onDisk(), host.seqs('ack')], [5, [1, 4, 9]]);
  for (const seq of numbers(10, 12)) downward(seq);
  await settle();
  const returned = listener(services, client_id, { takesDirect: true });
  services.switchboard.attachController(client_id, returned.port, null);
  downward(13);
  await settle();
  assert.deepEqual(returned.seqs('server_message'), numbers(5, 13));
});

test('a newer link of a controller is sent what the one before it had not acked', async (t) => {
  const { services, client_id, controller, downward } = await flying(t);
  for (const seq of numbers(2, 5)) downward(seq);
  const newer = listener(services, client_id, { takesDirect: true });
  services.switchboard.attachController(client_id, newer.port, null);
  downward(6); // in the same turn: the older link is still the one that there is
  await settle();
  downward(7);
  await settle();
  assert.deepEqual(newer.seqs('server_message'), numbers(2, 7));
  assert.deepEqual(controller.seqs('server_message'), numbers(1, 5));
});

test('more than may be in flight goes to disk with all before it', async (t) => {
  const { host, controller, onDisk, downward } = await flying(t, { flightFrames: 10 });
  for (const seq of numbers(2, 12)) downward(seq);
  await settle();
  assert.deepEqual([onDisk(), host.seqs('ack')], [11, [1, 12]]);
  assert.deepEqual(controller.seqs('server_message'), numbers(1, 12));
});

test('a stream whose flight does not fit into the mailbox is reset, and no other', async (t) => {
  const { services, client_id, server, host, controller, stream, upward, downward } = await flying(t, {
    streamFrames: 20,
  });
  upward('client_message', 1, { stream_id: 's2' });
  downward(1, 's2');
  await settle();
  for (const seq of numbers(2, 40)) downward(seq);
  services.switchboard.detach(client_id, controller.port);
  await settle();
  assert.equal(stream()?.state, 'reset');
  assert.equal(services.streams.find(server.serverId, client_id, 's2')?.state, 'open');
  assert.equal(host.seqs('ack').at(-1), 40, 'acked, though nobody gets them');
  assert.equal(host.types().at(-2), 'client_closed');
});

test('a controller that closes a stream leaves no frame of its host without an ack', async (t) => {
  const { host, stream, upward, downward } = await flying(t);
  for (const seq of numbers(2, 9)) downward(seq);
  upward('client_closed', 2);
  await settle();
  assert.equal(stream()?.state, 'closed');
  assert.deepEqual(host.seqs('ack'), [1, 9]);
});

test('a relay that stops makes what is in flight durable', async (t) => {
  const { services, onDisk, host, downward } = await flying(t);
  for (const seq of numbers(2, 9)) downward(seq);
  services.switchboard.close();
  assert.deepEqual([onDisk(), host.seqs('ack')], [8, [1, 9]]);
});

test('an ack of what this relay never saw is that of a controller which outlived it: the host is acked, and it gets nothing twice', async (t) => {
  const { host, controller, upward, downward } = await flying(t);
  upward('ack', 30);
  for (const seq of numbers(2, 31)) downward(seq);
  await settle();
  assert.deepEqual(controller.seqs('server_message'), [1, 31]);
  assert.equal(host.seqs('ack').at(-1), 30);
});

test('the answer to a ping does not overtake, and acks nothing that is in flight', async (t) => {
  const { services, client_id, server, host, controller, onDisk, downward, frames } = await flying(t);
  for (const seq of numbers(2, 4)) downward(seq);
  const pong = { type: 'pong', client_id, stream_id: 's1', seq_id: 5, status: 'active' };
  services.switchboard.fromHost(server.serverId, frames.read(Buffer.from(JSON.stringify(pong))));
  await settle();
  assert.deepEqual([onDisk(), host.seqs('ack')], [3, [1, 5]]);
  assert.deepEqual(controller.types().slice(-2), ['server_message', 'pong']);
});

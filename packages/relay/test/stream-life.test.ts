import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '@holdfast/testkit';
import { controllerDest } from '../src/destination.ts';
import { listener, stage } from './harness/stage.ts';

const HOUR = 3600_000;

test('mail that has waited a day for a controller goes, and its stream with it', async (t) => {
  const { services, clock, client_id, server, upward, downward, stream } = await stage(t);
  const host = listener(services, server.serverId);
  services.switchboard.attachHost(server.serverId, host.port, null);
  upward('client_message', 1);
  downward(1);
  await settle();
  assert.equal(services.mailbox.waitingFor(client_id).frames, 1);
  clock.block(24 * HOUR + 1);
  services.switchboard.sweep();
  await settle();
  assert.equal(stream()?.state, 'reset');
  assert.deepEqual(host.types(), ['client_message', 'ack', 'client_closed']);
  const controller = listener(services, client_id);
  services.switchboard.attachController(client_id, controller.port, null);
  await settle();
  assert.deepEqual(controller.types(), ['pong']);
});

test('what sessions that are gone have left makes room for one that is there', async (t) => {
  const { services, client_id, server, upward, downward } = await stage(t, { bounds: { destFrames: 10 } });
  const [gone, there] = [controllerDest(client_id, 'gone'), controllerDest(client_id, 'there')];
  const [host, controller] = [listener(services, server.serverId), listener(services, there)];
  services.switchboard.attachHost(server.serverId, host.port, null);
  services.switchboard.attachController(there, controller.port, null);
  for (const stream_id of ['s1', 's2']) upward('client_message', 1, { dest: gone, stream_id });
  upward('client_message', 1, { dest: there, stream_id: 's3' });
  for (const stream_id of ['s1', 's2', 's3']) for (let seq = 1; seq <= 4; seq += 1) downward(seq, stream_id);
  await settle();
  const state = (stream_id: string) => services.streams.find(server.serverId, client_id, stream_id)?.state;
  assert.deepEqual([state('s1'), state('s2'), state('s3')], ['reset', 'open', 'open']);
  assert.deepEqual(
    controller.types().filter((type) => type !== 'ack'),
    ['server_message', 'server_message', 'server_message', 'server_message'],
  );
});

test('a session that never comes back leaves nothing behind after a day', async (t) => {
  const { services, db, clock, client_id, server, upward, downward } = await stage(t);
  services.switchboard.attachHost(server.serverId, listener(services, server.serverId).port, null);
  upward('client_message', 1, { dest: controllerDest(client_id, 'gone') });
  downward(1);
  await settle();
  for (let day = 0; day < 2; day += 1) {
    clock.block(24 * HOUR + 1);
    services.switchboard.sweep();
    services.switchboard.hostConfirmed(server.serverId, services.mailbox.last);
    await settle();
  }
  assert.deepEqual(services.streams.all(), []);
  assert.equal(db.prepare('SELECT count(*) AS n FROM mail').get()?.['n'], 0);
});

test('a closed stream is forgotten after ten minutes, an open one after a day', async (t) => {
  const { services, clock, client_id, server, upward, stream } = await stage(t);
  services.switchboard.attachHost(server.serverId, listener(services, server.serverId).port, null);
  upward('client_message', 1);
  upward('client_closed', 2);
  await settle();
  assert.equal(stream()?.state, 'closed');
  services.switchboard.hostConfirmed(server.serverId, services.mailbox.last);
  await settle();
  assert.equal(services.mailbox.waitingFor(server.serverId).frames, 0);
  clock.block(600_000);
  services.switchboard.sweep();
  await settle();
  assert.equal(stream(), undefined);
  assert.deepEqual(services.streams.ofClient(client_id), []);
});

test('what is known of streams and mail is the same after a restart', async (t) => {
  const { services, client_id, server, upward, downward } = await stage(t);
  upward('client_message', 1);
  upward('client_message', 2);
  downward(1);
  await settle();
  const before = [
    services.streams.all(),
    services.mailbox.waitingFor(client_id),
    services.mailbox.waitingFor(server.serverId),
  ];
  services.streams.reload();
  services.mailbox.reload();
  assert.deepEqual(
    [services.streams.all(), services.mailbox.waitingFor(client_id), services.mailbox.waitingFor(server.serverId)],
    before,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '@holdfast/testkit';
import { parseFromController, parseFromHost } from '@holdfast/wire';
import { controllerDest } from '../src/destination.ts';
import type { Port } from '../src/ports.ts';
import { appFor } from './harness/services.ts';

const HOUR = 3600_000;

/** A host or a controller without a socket: takes everything it is given. */
function listener(services: ReturnType<typeof appFor>['services'], dest: string) {
  const taken: string[] = [];
  let sent = 0;
  const port: Port = {
    caughtUp: true,
    silentMs: 0,
    send: (text) => void taken.push(text),
    pump: () => {
      for (const { cursor, frame } of services.mailbox.after(dest, sent)) {
        sent = cursor;
        taken.push(frame);
      }
    },
    close: () => {},
  };
  return { port, types: () => taken.map((text) => String(Reflect.get(JSON.parse(text), 'type'))) };
}

async function stage(t: Parameters<typeof appFor>[0], options: Parameters<typeof appFor>[1] = {}) {
  const app = appFor(t, options);
  const grant = await app.enroll();
  const claimed = await app.claim({ pairing_code: String((await app.code(grant))['pairing_code']) });
  const [client_id, env_id] = [String(claimed.body['client_id']), String(grant['environment_id'])];
  const server = app.services.servers.get(String(grant['server_id']));
  assert.ok(server !== null);
  const { services } = app;
  const upward = (type: string, seq_id: number, { dest = client_id, stream_id = 's1' } = {}) =>
    services.switchboard.fromController(
      dest,
      parseFromController(JSON.stringify({ type, client_id, env_id, stream_id, seq_id, message: {} })),
      1,
    );
  const downward = (seq_id: number, stream_id = 's1') =>
    services.switchboard.fromHost(
      server,
      parseFromHost(JSON.stringify({ type: 'server_message', client_id, stream_id, seq_id, message: {} })),
      1,
    );
  const stream = () => services.streams.find(server.serverId, client_id, 's1');
  return { ...app, client_id, server, upward, downward, stream };
}

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
    services.switchboard.hostConfirmed(server.serverId, services.mailbox.last());
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
  services.switchboard.hostConfirmed(server.serverId, services.mailbox.last());
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

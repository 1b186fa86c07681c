import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '@holdfast/testkit';
import { parseFromController, parseFromHost } from '@holdfast/wire';
import type { Port } from '../src/switchboard.ts';
import { appFor } from './harness/services.ts';

const HOUR = 3600_000;

/** A host or a controller without a socket: takes everything it is given. */
function listener(services: ReturnType<typeof appFor>['services'], dest: string) {
  const taken: string[] = [];
  let sent = 0;
  const port: Port = {
    caughtUp: true,
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

async function stage(t: Parameters<typeof appFor>[0]) {
  const app = appFor(t);
  const grant = await app.enroll();
  const claimed = await app.claim({ pairing_code: String((await app.code(grant))['pairing_code']) });
  const [client_id, env_id] = [String(claimed.body['client_id']), String(grant['environment_id'])];
  const server = app.services.servers.get(String(grant['server_id']));
  assert.ok(server !== null);
  const { services } = app;
  const upward = (type: string, seq_id: number) =>
    services.switchboard.fromController(
      parseFromController(JSON.stringify({ type, client_id, env_id, stream_id: 's1', seq_id, message: {} })),
      1,
    );
  const downward = (seq_id: number) =>
    services.switchboard.fromHost(
      server,
      parseFromHost(JSON.stringify({ type: 'server_message', client_id, stream_id: 's1', seq_id, message: {} })),
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
  assert.equal(services.mailbox.waiting(client_id).frames, 1);
  clock.block(24 * HOUR + 1);
  services.switchboard.sweep();
  await settle();
  assert.equal(stream()?.state, 'reset');
  assert.deepEqual(host.types(), ['client_message', 'ack', 'client_closed']);
  const controller = listener(services, client_id);
  services.switchboard.attachController(client_id, controller.port, null);
  assert.deepEqual(controller.types(), ['pong']);
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
  assert.equal(services.mailbox.waiting(server.serverId).frames, 0);
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
    services.mailbox.waiting(client_id),
    services.mailbox.waiting(server.serverId),
  ];
  services.streams.reload();
  services.mailbox.reload();
  assert.deepEqual(
    [services.streams.all(), services.mailbox.waiting(client_id), services.mailbox.waiting(server.serverId)],
    before,
  );
});

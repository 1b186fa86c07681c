import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverMessage, TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import { relayFor } from './harness/relay.ts';

test('a message goes from a controller to a host and back, byte for byte, and is acked to each', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const hostLink = await host.link(base);
  const link = await controller.link(base);

  const message = '{ "id":9007199254740993123, "method":"initialize", "x":1, "x":2 }';
  const { message: _, ...address } = controller.message('s1', 1);
  link.send(`{"message":${message},${JSON.stringify(address).slice(1)}`);
  const arrived = await hostLink.frame('the message', ({ type }) => type === 'client_message');
  assert.equal(arrived['client_id'], controller.clientId);
  assert.equal(arrived['env_id'], undefined);
  assert.ok(hostLink.raw.some((text) => text.includes(`"message":${message}`)));
  assert.deepEqual(await link.frame('its ack', ({ type }) => type === 'ack'), {
    type: 'ack',
    client_id: controller.clientId,
    env_id: host.environmentId,
    stream_id: 's1',
    seq_id: 1,
  });

  hostLink.send(serverMessage(controller, 's1', 1, 'answer'));
  const answer = await link.frame('the answer', ({ type }) => type === 'server_message');
  assert.equal(answer['env_id'], host.environmentId);
  assert.deepEqual(answer['message'], { method: 'answer' });
  assert.deepEqual(await hostLink.frame('its ack', ({ type }) => type === 'ack'), {
    type: 'ack',
    client_id: controller.clientId,
    stream_id: 's1',
    seq_id: 1,
  });
});

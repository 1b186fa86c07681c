import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimCode } from '@holdfast/controller';
import { device } from './harness.ts';
import { setUp } from './real-host.ts';

test('through a real relay and host: a turn with its approval, and the host among the environments', async (t) => {
  const { controller, credentials, agent, turn } = await setUp(t);
  const asked: string[] = [];
  agent.onRequest((method) => {
    asked.push(method);
    return { decision: 'accept' };
  });
  assert.match(await turn('hello'), /^You said: "hello"\..*It is /);
  assert.deepEqual(asked, ['item/commandExecution/requestApproval']);
  const environments = await controller.environments();
  assert.deepEqual(
    environments.map(({ env_id, online }) => [env_id, online]),
    [[credentials.environmentId, true]],
  );
});

test('through a real relay and host: messages of a megabyte, both ways', async (t) => {
  const { turn } = await setUp(t);
  const word = 'é🙂x'.repeat(150_000);
  assert.equal(await turn(`say ${word}`), word);
});

test('through a real relay and host: a consumer with little room gets everything, by new links', async (t) => {
  const { controller, turn } = await setUp(t, { maxIncoming: 300 });
  let links = 0;
  controller.on('state', ({ state }) => {
    if (state === 'connected') links += 1;
  });
  const expected = Array.from({ length: 200 }, (_, n) => `${n + 1} `).join('');
  assert.equal(await turn('count to 200'), expected);
  assert.equal(await turn('say still there'), 'still there', `after ${links} new links`);
});

test('through a real relay and host: a device that is revoked there is told so at once', async (t) => {
  const { host, controller, credentials, stream } = await setUp(t);
  await host.revokeClient(credentials.environmentId, credentials.clientId);
  const { reason, error } = await stream.closed;
  assert.equal(reason, 'revoked');
  assert.deepEqual([error?.code, error?.relayCode], ['ERR_CONTROLLER_REVOKED', 'client_revoked']);
  assert.equal(controller.state, 'closed');
});

test('through a real relay and host: a wrong code tells how many tries are left', async (t) => {
  const { relay } = await setUp(t);
  const wrong = () => claimCode({ base: relay.base, code: 'ZZZZ-ZZZZ', device });
  await assert.rejects(wrong, { code: 'ERR_CONTROLLER_CODE', relayCode: 'pairing_code_unknown', triesLeft: 9 });
  await assert.rejects(wrong, { triesLeft: 8 });
});

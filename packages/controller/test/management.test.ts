import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openManagement, RpcError, rpc } from '@holdfast/controller';
import { startController, startRelay } from './harness.ts';
import { setUp } from './real-host.ts';

test('through a real relay: a host tells a device of itself, and of what changes', async (t) => {
  const { controller, credentials, host } = await setUp(t);
  const management = await openManagement(controller, credentials.environmentId);
  assert.equal(management.version, '0');
  assert.ok(management.methods.includes('holdfast/status'));
  const status = await management.status();
  assert.deepEqual([status.status, status.environmentId], ['connected', credentials.environmentId]);
  assert.equal((await management.shortStatus()).status, 'connected');
  assert.deepEqual(await management.history(), host.history.entries);

  const news = new Promise<number>((resolve) => {
    management.onStatus(({ streams }) => {
      if (streams.length === 3) resolve(streams.filter((stream) => stream.management).length);
    });
  });
  const other = rpc(controller.openStream(credentials.environmentId));
  await other.request('initialize', { clientInfo: { name: 'test', title: null, version: '1' }, capabilities: null });
  assert.equal(await news, 1);
  await management.close();
});

test('through a real relay: what a device may not do with a host is refused with the way to allow it', async (t) => {
  const { controller, credentials } = await setUp(t);
  const management = await openManagement(controller, credentials.environmentId);
  await assert.rejects(management.request('remoteControl/disable'), /--controllers-may remoteControl\/disable/);
});

/** Asks a host that answers its `initialize` so. */
async function askHostThatAnswers(t: TestContext, answer: object) {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const opening = openManagement(controller, 'env_1');
  opening.catch(() => {}); // looked at below
  const frame = await relay.until(() => relay.framesOf('client_message')[0], 'the initialize');
  const { id, method, params } = JSON.parse(frame.message);
  assert.deepEqual([method, params.capabilities.holdfast], ['initialize', { management: true }]);
  relay.send(frame, { type: 'server_message', seq_id: 1, message: JSON.stringify({ id, ...answer }) });
  return { relay, opening };
}

const others = {
  'passes it to its agent': { result: { userAgent: 'codex/0.169.0', codexHome: '/home' } },
  'passes it to an agent that refuses it': { error: { code: -32602, message: 'no such capability' } },
};
for (const [what, answer] of Object.entries(others)) {
  test(`a host that ${what} is not one of Holdfast's: that is said, and the stream is closed`, async (t) => {
    const { relay, opening } = await askHostThatAnswers(t, answer);
    await assert.rejects(opening, { code: 'ERR_CONTROLLER_NOT_HOLDFAST', message: /not run by a Holdfast host/ });
    await relay.until(() => relay.framesOf('client_closed')[0], 'the goodbye');
  });
}

test('a host with too many such streams says so itself', async (t) => {
  const { opening } = await askHostThatAnswers(t, { error: { code: -32002, message: 'as many as it may' } });
  await assert.rejects(opening, (error) => error instanceof RpcError && error.message === 'as many as it may');
});

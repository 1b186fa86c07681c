import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { claimCode, connect, rpc } from '@holdfast/controller';
import { demoAgentPath } from '@holdfast/demo-agent';
import { fixedCredentials, Host } from '@holdfast/host';
import { startRelay } from '@holdfast/relay';
import { startFaultProxy } from '@holdfast/testkit';
import { pino } from 'pino';
import { device } from './harness.ts';

/** A host that runs the demo agent, and a device that reaches it over a network that can be cut. */
async function setUp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'controller-'));
  const relay = await startRelay({ dataDir: join(dir, 'relay'), listen: { host: '127.0.0.1', port: 0 } });
  const network = await startFaultProxy(Number(new URL(relay.url).port));
  const host = new Host({
    relay: relay.base,
    dataDir: join(dir, 'host'),
    name: 'test',
    agent: { command: process.execPath, args: [demoAgentPath] },
    credentials: fixedCredentials({ accountId: relay.accountId, accountToken: relay.mintAccountToken() }, 'the test'),
    logger: pino({ level: 'silent' }),
    version: '0',
  });
  host.start();
  const { pairingCode } = await host.startPairing(false);
  const credentials = await claimCode({ base: network.url, code: pairingCode, device });
  t.after(async () => {
    await host.close();
    await network.close();
    await relay.close();
    await rm(dir, { recursive: true, force: true });
  });
  return { network, credentials };
}

test('two controllers with the same credentials count side by side, each its own, while their links are cut', async (t) => {
  const { network, credentials } = await setUp(t);
  network.cutEvery(150);
  const count = async (to: number): Promise<string> => {
    const controller = connect({ credentials, random: () => 0.02 });
    t.after(() => controller.close());
    const agent = rpc(controller.openStream(credentials.environmentId));
    await agent.request('initialize', { clientInfo: { name: 'test', title: null, version: '1' }, capabilities: null });
    const { thread } = await agent.request<{ thread: { id: string } }>('thread/start', {});
    let text = '';
    const over = new Promise<void>((resolve) => {
      agent.onNotification((method, params) => {
        if (method === 'item/agentMessage/delta') text += (params as { delta: string }).delta; // by the agent's own tests
        if (method === 'turn/completed') resolve();
      });
    });
    const input = [{ type: 'text', text: `count to ${to}`, text_elements: [] }];
    await agent.request('turn/start', { threadId: thread.id, input });
    await over;
    return text;
  };
  const upTo = (most: number) => Array.from({ length: most }, (_, n) => `${n + 1} `).join('');
  assert.deepEqual(await Promise.all([count(200), count(300)]), [upTo(200), upTo(300)]);
  assert.ok(network.cuts > 0, 'nothing was cut');
});

test('a stream outlives the program that opened it: another run takes it up, in the middle of a turn', async (t) => {
  const { network, credentials } = await setUp(t);
  const session = 'a-session-that-is-kept';
  const first = connect({ credentials, session, random: () => 0 });
  const stream = first.openStream(credentials.environmentId);
  const agent = rpc(stream);
  await agent.request('initialize', { clientInfo: { name: 'test', title: null, version: '1' }, capabilities: null });
  const { thread } = await agent.request<{ thread: { id: string } }>('thread/start', {});
  const begun = new Promise<void>((resolve) => {
    agent.onNotification((method) => {
      if (method === 'item/agentMessage/delta') resolve();
    });
  });
  const input = [{ type: 'text', text: 'count to 9000', text_elements: [] }];
  const { turn } = await agent.request<{ turn: { id: string } }>('turn/start', { threadId: thread.id, input });
  await begun;
  // it is gone without a word, as a page that the system ended
  network.refuse();
  network.cutAll();
  first.close();
  await network.accept();

  const second = connect({ credentials, session, random: () => 0 });
  t.after(() => second.close());
  const again = rpc(second.resumeStream(credentials.environmentId, stream.id, 1), { idPrefix: '1.' });
  const over = new Promise<unknown>((resolve) => {
    again.onNotification((method, params) => {
      if (method === 'turn/completed') resolve(params);
    });
  });
  assert.deepEqual(await again.request('turn/interrupt', { threadId: thread.id, turnId: turn.id }), {});
  assert.equal(((await over) as { turn: { status: string } }).turn.status, 'interrupted'); // by the agent's own tests
});

test('a stream that the host has let go is told to be gone to whoever takes it up', async (t) => {
  const { credentials } = await setUp(t);
  const controller = connect({ credentials, session: 'a-session-that-is-kept', random: () => 0 });
  t.after(() => controller.close());
  const { reason } = await controller.resumeStream(credentials.environmentId, 'st_of-yesterday', 1).closed;
  assert.equal(reason, 'gone');
});

test('a device sees those that share its host, renames itself, and removes itself for good', async (t) => {
  const { credentials } = await setUp(t);
  const controller = connect({ credentials, random: () => 0 });
  t.after(() => controller.close());
  assert.equal((await controller.relay.rename('kitchen tablet')).display_name, 'kitchen tablet');
  const clients = await controller.relay.clients();
  assert.deepEqual(
    clients.map(({ client_id, display_name }) => [client_id, display_name]),
    [[credentials.clientId, 'kitchen tablet']],
  );
  await controller.relay.remove();
  await assert.rejects(controller.relay.clients(), { code: 'ERR_CONTROLLER_REVOKED' });
});

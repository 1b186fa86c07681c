import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ConnectOptions, claimCode, connect, rpc } from '@holdfast/controller';
import { demoAgentPath } from '@holdfast/demo-agent';
import { fixedCredentials, Host } from '@holdfast/host';
import { startRelay } from '@holdfast/relay';
import { pino } from 'pino';
import { device } from './harness.ts';

interface Delta {
  readonly delta: string;
}

/** A real relay, a real host that runs the demo agent, and a controller that has claimed its code. */
async function setUp(t: TestContext, extra: Pick<ConnectOptions, 'maxIncoming'> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'controller-'));
  const relay = await startRelay({ dataDir: join(dir, 'relay'), listen: { host: '127.0.0.1', port: 0 } });
  const account = { accountId: relay.accountId, accountToken: relay.mintAccountToken() };
  const host = new Host({
    relay: relay.base,
    dataDir: join(dir, 'host'),
    name: 'test',
    agent: { command: process.execPath, args: [demoAgentPath] },
    credentials: fixedCredentials(account, 'the test'),
    logger: pino({ level: 'silent' }),
    version: '0',
  });
  host.start();
  const { pairingCode } = await host.startPairing(false);
  const credentials = await claimCode({ base: relay.base, code: pairingCode, device });
  const controller = connect({ credentials, random: () => 0, ...extra });
  t.after(async () => {
    controller.close();
    await host.close();
    await relay.close();
    await rm(dir, { recursive: true, force: true });
  });
  const stream = controller.openStream(credentials.environmentId);
  const agent = rpc(stream);
  await agent.request('initialize', { clientInfo: { name: 'test', title: null, version: '1' }, capabilities: null });
  const { thread } = await agent.request<{ thread: { id: string } }>('thread/start', {});
  /** Says something to the agent; what it answered once the turn is over. */
  const turn = async (text: string): Promise<string> => {
    let answer = '';
    const over = new Promise<void>((resolve) => {
      const stop = agent.onNotification((method, params) => {
        if (method === 'item/agentMessage/delta') answer += (params as Delta).delta; // by the agent's own tests
        if (method !== 'turn/completed') return;
        stop();
        resolve();
      });
    });
    await agent.request('turn/start', { threadId: thread.id, input: [{ type: 'text', text, text_elements: [] }] });
    await over;
    return answer;
  };
  return { relay, host, controller, credentials, stream, agent, turn };
}

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

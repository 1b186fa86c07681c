import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
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
export async function setUp(t: TestContext, extra: Pick<ConnectOptions, 'maxIncoming'> = {}) {
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

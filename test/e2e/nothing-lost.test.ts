import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Controller, claimCode, connect } from '@holdfast/controller';
import { fixedCredentials, Host } from '@holdfast/host';
import { type FaultProxy, startFaultProxy } from '@holdfast/testkit';
import { normalizeBase } from '@holdfast/wire';
import { pino } from 'pino';
import { tempDir } from './support/host-process.ts';
import { accountEnv, type RunningRelay, startRelayProcess } from './support/programs.ts';

const MESSAGES = 1_000;
const CUT_EVERY_MS = 200;
const agent = {
  command: process.execPath,
  args: [fileURLToPath(new URL('support/counting-agent.ts', import.meta.url))],
};

/** Reconnects come soon, so that there are many: the links would otherwise rest most of the time. */
const random = () => 0.02;

interface Setup {
  readonly data: string;
  readonly relay: RunningRelay;
  /** Both links go through networks of their own. */
  readonly networks: readonly FaultProxy[];
  readonly controller: Controller;
  readonly environmentId: string;
}

async function setUp(t: TestContext): Promise<Setup> {
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data);
  const port = Number(new URL(relay.url).port);
  const [hostSide, controllerSide] = [await startFaultProxy(port), await startFaultProxy(port)];
  t.after(() => Promise.all([hostSide.close(), controllerSide.close()]));
  const { HOLDFAST_ACCOUNT_ID: accountId, HOLDFAST_ACCOUNT_TOKEN: accountToken } = await accountEnv(t, data);
  const host = new Host({
    relay: normalizeBase(hostSide.url),
    dataDir: tempDir(t),
    name: 'test',
    agent,
    credentials: fixedCredentials({ accountId, accountToken }, 'the test'),
    logger: pino({ level: 'silent' }),
    version: '0',
    random,
  });
  t.after(() => host.close());
  host.start();
  const { pairingCode } = await host.startPairing(false);
  const credentials = await claimCode({
    base: controllerSide.url,
    code: pairingCode,
    device: { display_name: 'test' },
  });
  const controller = connect({ credentials, random });
  t.after(() => controller.close());
  return { data, relay, networks: [hostSide, controllerSide], controller, environmentId: credentials.environmentId };
}

/** Sends all messages, one every few milliseconds, and gives what came back, in order. */
async function exchange(
  { controller, environmentId }: Setup,
  sent: (count: number) => void = () => {},
): Promise<unknown[]> {
  const stream = controller.openStream(environmentId);
  const replies = (async () => {
    const taken: unknown[] = [];
    for await (const message of stream.messages) {
      taken.push(JSON.parse(message));
      if (taken.length > MESSAGES) break;
    }
    return taken;
  })();
  stream.send('{"id":0,"method":"initialize"}');
  for (let id = 1; id <= MESSAGES; id += 1) {
    stream.send(JSON.stringify({ id, method: 'count' }));
    sent(id);
    await delay(5);
  }
  const taken = await replies;
  await stream.close();
  return taken;
}

function assertEachOnceInOrder(replies: unknown[]): void {
  assert.deepEqual(
    replies,
    Array.from({ length: MESSAGES + 1 }, (_, n) => ({ id: n, result: { received: n } })),
  );
}

describe('1,000 messages each way', { concurrency: true }, () => {
  test('each arrive once and in order while both links are cut every 200 ms', async (t) => {
    const setup = await setUp(t);
    for (const network of setup.networks) network.cutEvery(CUT_EVERY_MS);
    assertEachOnceInOrder(await exchange(setup));
    for (const { cuts } of setup.networks) assert.ok(cuts >= 5, `only ${cuts} cuts`);
  });

  test('each arrive once and in order when the relay is killed in between, three times', async (t) => {
    const setup = await setUp(t);
    const { data, networks } = setup;
    let { relay } = setup;
    const listen = new URL(relay.url).host;
    let restarting = Promise.resolve();
    const kill = async () => {
      relay.program.kill('SIGKILL');
      await relay.program.exited;
      relay = await startRelayProcess(t, data, listen);
    };
    for (const network of networks) network.cutEvery(CUT_EVERY_MS);
    const replies = await exchange(setup, (count) => {
      if (count % 250 === 0 && count < MESSAGES) restarting = restarting.then(kill);
    });
    await restarting;
    assertEachOnceInOrder(replies);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { mintAccountToken } from '../src/index.ts';
import { serverMessage, TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import type { Peer } from './harness/peer.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';
import { RelayProcess } from './harness/relay-process.ts';
import { ReliableSide } from './harness/reliable.ts';

const TOTAL = 1_000;
const BURST = 25;

function bothSides(controller: TestController, { ackEvery = 1 } = {}) {
  return {
    hostSide: new ReliableSide({
      total: TOTAL,
      make: (seq) => serverMessage(controller, 's1', seq),
      takes: ({ type }) => type === 'client_message',
    }),
    controllerSide: new ReliableSide({
      total: TOTAL,
      make: (seq) => controller.message('s1', seq),
      takes: ({ type }) => type === 'server_message',
      ackBack: (seq) => controller.ack('s1', seq),
      ackEvery,
    }),
  };
}

type Sides = ReturnType<typeof bothSides>;

/** The controller speaks first: before it has, the stream is unknown, and what a host says there goes nowhere. */
async function begin({ hostSide, controllerSide }: Sides): Promise<void> {
  controllerSide.speak(1);
  await until(() => hostSide.received.length > 0, hostSide);
}

async function until(met: () => boolean, side: ReliableSide): Promise<void> {
  for (let left = 2_000; !met(); left -= 1) {
    if (left === 0) assert.fail(side.state);
    await pause(5);
  }
}

type Links = [host: Peer, controller: Peer];

/** Both sides speak until everything is there. Two rounds of three they are waited for, and in the third `interrupt` gives them new links. */
async function speakUntilDone(
  { hostSide, controllerSide }: Sides,
  links: Links,
  burst: number,
  interrupt: (links: Links) => Promise<Links>,
): Promise<void> {
  let current = links;
  const listen = () => {
    hostSide.on(current[0]);
    controllerSide.on(current[1]);
  };
  listen();
  await begin({ hostSide, controllerSide });
  for (let round = 0; !hostSide.done || !controllerSide.done; round += 1) {
    assert.ok(round < 400, `${hostSide.state}; ${controllerSide.state}`);
    hostSide.speak(burst);
    controllerSide.speak(burst);
    if (round % 3 !== 0) await Promise.all(current.map((link) => link.settled()));
    else {
      current = await interrupt(current);
      listen();
    }
  }
}

function assertComplete({ hostSide, controllerSide }: Sides): void {
  const all = Array.from({ length: TOTAL }, (_, n) => n + 1);
  for (const side of [hostSide, controllerSide]) {
    assert.deepEqual(side.faults, []);
    assert.deepEqual(side.received, all);
  }
}

test('1,000 messages each way arrive once and in order while both links are cut again and again', async (t) => {
  const { base, ...relay } = await relayFor(t);
  const host = await TestHost.enroll({ base, ...relay });
  const controller = await TestController.claim(base, await host.pair(base));
  const sides = bothSides(controller);
  const { hostSide, controllerSide } = sides;
  let [hostLink, link]: [Peer, Peer] = [await host.link(base), await controller.link(base)];
  hostSide.on(hostLink);
  controllerSide.on(link);
  await begin(sides);
  for (let round = 0; !hostSide.done || !controllerSide.done; round += 1) {
    assert.ok(round < 400, `${hostSide.state}; ${controllerSide.state}`);
    hostSide.speak(BURST);
    controllerSide.speak(BURST);
    if (round % 3 === 0) {
      hostLink.cut();
      hostLink = await host.link(base);
      hostSide.on(hostLink);
    } else if (round % 3 === 1) {
      link.cut();
      link = await controller.link(base);
      controllerSide.on(link);
    } else await Promise.all([hostLink.settled(), link.settled()]);
  }
  assertComplete(sides);
});

test('the same while the relay is stopped and started again on its folder', async (t) => {
  const dataDir = temporaryFolder(t);
  let relay = await relayFor(t, { dataDir });
  const port = Number(new URL(relay.url).port);
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const sides = bothSides(controller);
  const linkBoth = async (): Promise<Links> => [await host.link(relay.base), await controller.link(relay.base)];
  await speakUntilDone(sides, await linkBoth(), BURST * 4, async ([hostLink, link]) => {
    await relay.close();
    assert.deepEqual([(await hostLink.untilClosed()).code, (await link.untilClosed()).code], [1001, 1001]);
    relay = await relayFor(t, { dataDir, listen: { host: '127.0.0.1', port } });
    return linkBoth();
  });
  assertComplete(sides);
});

for (const ackEvery of [1, 7])
  test(`the same while the relay is killed with no warning, and the controller acks every ${ackEvery}`, async (t) => {
    const dataDir = temporaryFolder(t);
    const relay = new RelayProcess(t, dataDir);
    await relay.start();
    const { accountId, accountToken } = mintAccountToken(dataDir);
    const host = await TestHost.enroll({ base: relay.base, accountId, mintAccountToken: () => accountToken });
    const controller = await TestController.claim(relay.base, await host.pair(relay.base));
    const sides = bothSides(controller, { ackEvery });
    const linkBoth = async (): Promise<Links> => [await host.link(relay.base), await controller.link(relay.base)];
    await speakUntilDone(sides, await linkBoth(), BURST * 4, async () => {
      await relay.kill();
      await relay.start();
      return linkBoth();
    });
    assertComplete(sides);
  });

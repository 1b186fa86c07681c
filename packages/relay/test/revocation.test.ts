import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { paths } from '@holdfast/wire';
import { type AccountToken, operate, type Relay } from '../src/index.ts';
import { TestController } from './harness/controller.ts';
import { post, TestHost } from './harness/host.ts';
import { Peer } from './harness/peer.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

const WITHIN_MS = 1_000;

interface Scene {
  readonly relay: Relay;
  readonly dataDir: string;
  readonly host: TestHost;
  readonly controller: TestController;
}

const remove = async ({ relay: { base } }: Scene, path: string, as: Record<string, string>) =>
  void (await fetch(`${base}/${path}`, { method: 'DELETE', headers: as }));

/** Every way in which a device loses what it may. */
const WAYS: Record<string, (scene: Scene) => Promise<unknown>> = {
  'by its account': (scene) => remove(scene, paths.client(scene.controller.clientId), scene.host.accountHeaders),
  'by its account, for its only host': (scene) =>
    remove(
      scene,
      paths.environmentClient(scene.host.environmentId, scene.controller.clientId),
      scene.host.accountHeaders,
    ),
  'by itself': (scene) => remove(scene, paths.client(scene.controller.clientId), scene.controller.bearer),
  'by the operator': ({ dataDir, controller }) => operate(dataDir, 'clients/revoke', { client: controller.clientId }),
  'with its account': ({ dataDir }) => operate(dataDir, 'account/remove', { account: 'guest' }),
};

/** A host of a second account, a device on it with a stream, and three links of that device, of which one does not read. */
async function scene(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const { accountId, accountToken } = (await operate(dataDir, 'account/create', { name: 'guest' })) as AccountToken;
  const host = await TestHost.enroll({ ...relay, accountId, mintAccountToken: () => accountToken });
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const hostLink = await host.link(relay.base);
  const link = await controller.link(relay.base, { session: 'session-number-one' });
  link.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  const links = [link, await controller.linkByHeaders(relay.base)];
  const deaf = await controller.link(relay.base, { session: 'session-number-two' });
  await Promise.all([...links, deaf].map((each) => each.settled()));
  deaf.socket.pause();
  return { dataDir, relay, host, controller, hostLink, links, deaf };
}

for (const [name, revoke] of Object.entries(WAYS)) {
  test(`a device revoked ${name} is out within a second: its links, its tokens, its refresh, its streams`, async (t) => {
    const { relay, controller, hostLink, links, deaf, ...rest } = await scene(t);
    const { base } = relay;
    const ticket = await controller.ticket(base);
    const began = performance.now();
    await revoke({ relay, controller, ...rest });
    for (const link of links) assert.equal((await link.untilClosed()).code, 4003);
    const refresh = await post(base, paths.clientRefreshStart, { client_id: controller.clientId });
    assert.deepEqual([refresh.status, refresh.body['code']], [403, 'client_revoked']);
    assert.equal((await post(base, paths.clientTicket, {}, controller.bearer)).status, 401);
    assert.ok(!((await controller.openWithTicket(base, ticket)) instanceof Peer), 'a ticket from before');
    if (name !== 'with its account')
      await hostLink.frame(
        'the end of its stream',
        ({ type, stream_id }) => type === 'client_closed' && stream_id === 's1',
      );
    else assert.equal((await hostLink.untilClosed()).code, 4004);
    assert.ok(performance.now() - began < WITHIN_MS, 'within a second');
    deaf.socket.resume();
    assert.notEqual((await deaf.untilClosed()).code, 1000);
  });
}

test('a host that is removed is out within a second by either way: its link, its token, its refresh', async (t) => {
  for (const way of ['account', 'operator']) {
    const { dataDir, relay, host, hostLink } = await scene(t);
    const { environmentId } = host;
    const began = performance.now();
    if (way === 'operator') await operate(dataDir, 'environments/remove', { environment: environmentId });
    else
      await fetch(`${relay.base}/${paths.environment(environmentId)}`, {
        method: 'DELETE',
        headers: host.accountHeaders,
      });
    assert.equal((await hostLink.untilClosed()).code, 4004);
    const body = { server_id: host.serverId, installation_id: host.installationId };
    assert.equal((await post(relay.base, paths.serverRefresh, body, host.accountHeaders)).status, 404);
    const again = await host.tryLink(relay.base);
    assert.ok(!(again instanceof Peer));
    assert.equal(again.status, 404);
    assert.ok(performance.now() - began < WITHIN_MS);
  }
});

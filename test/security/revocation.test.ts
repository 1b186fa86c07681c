import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { operate } from '@holdfast/relay';
import { type ChallengeResponse, headers, paths } from '@holdfast/wire';
import { proofOf, TestController } from '../../packages/relay/test/harness/controller.ts';
import { post, TestHost } from '../../packages/relay/test/harness/host.ts';
import { Peer } from '../../packages/relay/test/harness/peer.ts';
import { relayFor, temporaryFolder } from '../../packages/relay/test/harness/relay.ts';

/** What a revocation has to be felt in, everywhere. */
const AT_ONCE_MS = 1_000;

interface Parties {
  readonly base: string;
  readonly dataDir: string;
  readonly host: TestHost;
  readonly device: TestController;
}

/** The ways to take a device's rights, each as a person or a host uses it. */
const ways: Readonly<Record<string, (parties: Parties) => Promise<unknown>>> = {
  'by its host': ({ base, host, device }) =>
    remove(base, host.accountHeaders, paths.environmentClient(host.environmentId, device.clientId)),
  'by its account': ({ base, host, device }) => remove(base, host.accountHeaders, paths.client(device.clientId)),
  'by itself': ({ base, device }) => remove(base, device.bearer, paths.client(device.clientId)),
  'by the operator of the relay': ({ dataDir, device }) =>
    operate(dataDir, 'clients/revoke', { client: device.clientId }),
};

async function meet(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const host = await TestHost.enroll(relay);
  const device = await TestController.claim(relay.base, await host.pair(relay.base));
  return { base: relay.base, dataDir, host, device, hostLink: await host.link(relay.base) };
}

async function remove(base: string, as: Record<string, string>, path: string): Promise<void> {
  const { status } = await fetch(`${base}/${path}`, { method: 'DELETE', headers: as });
  assert.ok(status === 200 || status === 204);
}

/** Fails when it takes longer than a revocation may. */
async function atOnce<T>(what: string, promise: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const value = await promise;
  assert.ok(performance.now() - startedAt < AT_ONCE_MS, `${what} took too long`);
  return value;
}

for (const [way, revoke] of Object.entries(ways)) {
  test(`a device revoked ${way} is out at once, on every path that it had`, async (t) => {
    const parties = await meet(t);
    const { base, device, hostLink } = parties;
    const [byTicket, byHeaders] = [
      await device.link(base, { session: 'session-number-one' }),
      await device.linkByHeaders(base),
    ];
    byTicket.send(device.message('s1', 1));
    await hostLink.frame('its message', ({ type }) => type === 'client_message');
    const ticket = await device.ticket(base);
    const unproven = await device.openWithTicket(base, await device.ticket(base));
    assert.ok(unproven instanceof Peer);
    const challenge = (await post(base, paths.clientRefreshStart, { client_id: device.clientId }))
      .body as ChallengeResponse;

    await revoke(parties);

    for (const link of [byTicket, byHeaders])
      assert.equal((await atOnce('closing a link', link.untilClosed())).code, 4003);
    await hostLink.frame('the goodbye', ({ type, stream_id }) => type === 'client_closed' && stream_id === 's1');
    const finish = {
      client_id: device.clientId,
      device_key_proof: await proofOf(device.key, challenge.device_key_challenge),
    };
    assert.equal((await post(base, paths.clientRefreshFinish, finish)).status, 403);
    const again = await post(base, paths.clientRefreshStart, { client_id: device.clientId });
    assert.deepEqual([again.status, again.body['code']], [403, 'client_revoked']);
    assert.equal((await post(base, paths.clientTicket, {}, device.bearer)).status, 401);
    const environments = `${base}/${paths.clientEnvironments(device.clientId)}`;
    assert.equal((await fetch(environments, { headers: device.bearer })).status, 401);
    const withOldTicket = await device.openWithTicket(base, ticket);
    assert.ok(!(withOldTicket instanceof Peer) && withOldTicket.status === 401);
    await assert.rejects(device.linkByHeaders(base), /401/);
    await device.prove(unproven);
    assert.ok([4003, 4401].includes((await atOnce('ending what was not proven', unproven.untilClosed())).code));
  });
}

test('a device revoked by one of its two hosts keeps the other, with a new token and a new link only', async (t) => {
  const { base, host, device } = await meet(t);
  const second = await TestHost.enroll({
    base,
    accountId: host.accountHeaders[headers.accountId] ?? '',
    mintAccountToken: () => (host.accountHeaders['authorization'] ?? '').replace('Bearer ', ''),
  });
  const { pairing_code } = await second.pair(base);
  await post(base, paths.clientPair, { client_id: device.clientId, pairing_code }, device.bearer);
  const ticket = await device.ticket(base);
  await remove(base, host.accountHeaders, paths.environmentClient(host.environmentId, device.clientId));
  const old = await device.openWithTicket(base, ticket);
  assert.ok(!(old instanceof Peer) && old.status === 401);
  assert.equal((await post(base, paths.clientTicket, {}, device.bearer)).status, 401);
  const { device_key_challenge } = (await post(base, paths.clientRefreshStart, { client_id: device.clientId }))
    .body as ChallengeResponse;
  const proof = await proofOf(device.key, device_key_challenge);
  const fresh = await post(base, paths.clientRefreshFinish, { client_id: device.clientId, device_key_proof: proof });
  assert.equal(fresh.status, 200);
  device.token = String(fresh.body['remote_control_token']);
  const link = await device.link(base);
  link.send(device.message('s1', 1));
  await link.frame(
    'that the first host is none of its own',
    ({ type, status }) => type === 'pong' && status === 'unknown',
  );
});

test('a host that was removed is out at once: its link, its token and its codes', async (t) => {
  const { base, host, device, hostLink } = await meet(t);
  const { pairing_code } = await host.pair(base);
  await remove(base, host.accountHeaders, paths.environment(host.environmentId));
  assert.equal((await atOnce('closing its link', hostLink.untilClosed())).code, 4004);
  const again = await host.tryLink(base);
  assert.ok(!(again instanceof Peer) && again.status === 404);
  assert.ok(
    [401, 404].includes((await post(base, paths.serverPair, {}, { authorization: `Bearer ${host.token}` })).status),
  );
  const pairing = await post(base, paths.clientPair, { client_id: device.clientId, pairing_code }, device.bearer);
  assert.equal(pairing.status, 404);
});

test('a ticket opens one websocket, once', async (t) => {
  const { base, device } = await meet(t);
  const ticket = await device.ticket(base);
  const opened = await Promise.all([1, 2, 3].map(() => device.openWithTicket(base, ticket)));
  assert.equal(opened.filter((each) => each instanceof Peer).length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EnvironmentItem, headers, paths } from '@holdfast/wire';
import { exchange, TestController } from './harness/controller.ts';
import { post, TestHost } from './harness/host.ts';
import { Peer } from './harness/peer.ts';
import { relayFor } from './harness/relay.ts';
import { appFor } from './harness/services.ts';

type App = ReturnType<typeof appFor>;

const one = async ({ ask, account }: App, id: unknown) =>
  (await ask('GET', paths.environment(String(id)), { as: account })).body as EnvironmentItem;

test("the account's hosts are listed in pages, in the order of enrolling", async (t) => {
  const app = appFor(t);
  for (let n = 0; n < 5; n += 1) await app.enroll(`installation-${n}`, `box ${n}`);
  const names: unknown[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? 'limit=2' : `limit=2&cursor=${cursor}`;
    const { body } = await app.ask('GET', `${paths.environments}?${query}`, { as: app.account });
    const page = body as { items: EnvironmentItem[]; cursor: string | null };
    assert.ok(page.items.length <= 2);
    names.push(...page.items.map(({ host_name }) => host_name));
    cursor = page.cursor;
  } while (cursor !== null);
  assert.deepEqual(names.toSorted(), ['box 0', 'box 1', 'box 2', 'box 3', 'box 4']);
  assert.equal((await app.ask('GET', `${paths.environments}?cursor=x`, { as: app.account })).status, 400);
});

test('a name that a person gives a host outlives its next enrolling', async (t) => {
  const app = appFor(t);
  const grant = await app.enroll('installation-1', 'box');
  const path = paths.environment(String(grant['environment_id']));
  const renamed = await app.ask('PATCH', path, { as: app.account, body: { display_name: 'the big one' } });
  assert.equal(renamed.status, 200);
  await app.enroll('installation-1', 'box-2');
  const { display_name, host_name } = await one(app, grant['environment_id']);
  assert.deepEqual([display_name, host_name], ['the big one', 'box-2']);
  for (const body of [{}, { display_name: '' }, { display_name: 'x'.repeat(257) }]) {
    assert.equal((await app.ask('PATCH', path, { as: app.account, body })).status, 400);
  }
});

test("hosts are for the account alone: no device's token lists, renames or removes one", async (t) => {
  const app = appFor(t);
  const grant = await app.enroll();
  const claimed = await app.claim({ pairing_code: String((await app.code(grant))['pairing_code']) });
  const as = { authorization: `Bearer ${String(claimed.body['remote_control_token'])}` };
  const path = paths.environment(String(grant['environment_id']));
  for (const [method, where] of [
    ['GET', paths.environments],
    ['GET', path],
    ['PATCH', path],
    ['DELETE', path],
  ] as const) {
    assert.equal((await app.ask(method, where, { as })).status, 401, `${method} ${where}`);
  }
  assert.equal((await one(app, 'env_unknown')).env_id, undefined);
});

test('a host that is removed loses its link, is told exactly so when it comes back, and its streams end', async (t) => {
  const relay = await relayFor(t);
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const [hostLink, link] = [await host.link(relay.base), await controller.link(relay.base)];
  await exchange(controller, hostLink, link);

  const remove = () =>
    fetch(`${relay.base}/${paths.environment(host.environmentId)}`, { method: 'DELETE', headers: host.accountHeaders });
  assert.equal((await remove()).status, 204);
  assert.equal((await remove()).status, 404);
  assert.equal((await hostLink.untilClosed()).code, 4004);
  const pong = await link.frame('that the stream is over', ({ type }) => type === 'pong');
  assert.deepEqual([pong['stream_id'], pong['status'], pong['env_id']], ['s1', 'unknown', host.environmentId]);

  const handshake = await host.tryLink(relay.base);
  assert.ok(!(handshake instanceof Peer));
  assert.deepEqual([handshake.status, handshake.body], [404, { detail: 'Remote app server not found' }]);
  const refresh = await post(
    relay.base,
    paths.serverRefresh,
    { server_id: host.serverId, installation_id: host.installationId },
    host.accountHeaders,
  );
  assert.deepEqual([refresh.status, refresh.body], [404, { detail: 'Remote app server not found' }]);

  link.send(controller.message('s2', 1));
  await link.frame('that there is no such host', ({ type, stream_id }) => type === 'pong' && stream_id === 's2');
  const again = await TestHost.enroll(relay, host.installationId);
  assert.notEqual(again.serverId, host.serverId);
});

test('an account header that names another account is refused, whoever sends it', async (t) => {
  const app = appFor(t);
  const as = { ...app.account, [headers.accountId]: 'acc_other' };
  assert.equal((await app.ask('GET', paths.environments, { as })).body['code'], 'account_mismatch');
});

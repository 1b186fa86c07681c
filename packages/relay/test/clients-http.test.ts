import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_BASE_PATH, type DeviceKey, headers, paths } from '@holdfast/wire';
import { newKey, proofOf } from './harness/controller.ts';
import type { Json } from './harness/host.ts';
import { appFor } from './harness/services.ts';

type App = ReturnType<typeof appFor>;

async function paired(app: App) {
  const grant = await app.enroll();
  const key = await newKey();
  const claimed = await app.claim(
    { pairing_code: String((await app.code(grant))['pairing_code']) },
    { key: Promise.resolve(key) },
  );
  const bearer = { authorization: `Bearer ${String(claimed.body['remote_control_token'])}` };
  return { grant, key, bearer, clientId: String(claimed.body['client_id']) };
}

async function refresh({ ask }: App, clientId: string, key: DeviceKey) {
  const start = await ask('POST', paths.clientRefreshStart, { body: { client_id: clientId } });
  if (start.status !== 200) return start;
  const challenge = start.body['device_key_challenge'] as Parameters<typeof proofOf>[1];
  return ask('POST', paths.clientRefreshFinish, {
    body: { client_id: clientId, device_key_proof: await proofOf(key, challenge) },
  });
}

test('a device renews its token by its key alone, and by no other key', async (t) => {
  const app = appFor(t);
  const { key, clientId, bearer } = await paired(app);
  app.clock.block(600_000);
  assert.equal((await app.ask('POST', paths.clientTicket, { as: bearer })).status, 401);
  const renewed = await refresh(app, clientId, key);
  assert.equal(renewed.status, 200);
  assert.equal(Date.parse(String(renewed.body['expires_at'])), app.clock.wall() + 600_000);
  const as = { authorization: `Bearer ${String(renewed.body['remote_control_token'])}` };
  assert.equal((await app.ask('POST', paths.clientTicket, { as })).status, 200);
  assert.equal((await refresh(app, clientId, await newKey())).status, 403);
});

test('a device sees the hosts that it is paired with, and adds one by a code', async (t) => {
  const app = appFor(t);
  const { grant, clientId, bearer } = await paired(app);
  const second = await app.enroll('installation-2', 'laptop');
  const { pairing_code } = await app.code(second);
  const list = async () =>
    (await app.ask('GET', paths.clientEnvironments(clientId), { as: bearer })).body['items'] as Json[];
  assert.deepEqual(
    (await list()).map(({ env_id, display_name, online }) => ({ env_id, display_name, online })),
    [{ env_id: grant['environment_id'], display_name: 'box', online: false }],
  );
  const added = await app.ask('POST', paths.clientPair, { body: { client_id: clientId, pairing_code }, as: bearer });
  assert.deepEqual(added.body, { environment_id: second['environment_id'] });
  assert.deepEqual(
    (await list()).map(({ display_name }) => display_name),
    ['box', 'laptop'],
  );
});

test("one device cannot use another's id", async (t) => {
  const app = appFor(t);
  const [one, other] = [await paired(app), await paired(app)];
  assert.equal((await app.ask('GET', paths.clientEnvironments(other.clientId), { as: one.bearer })).status, 403);
  const { pairing_code } = await app.code(await app.enroll('installation-2'));
  const body = { client_id: other.clientId, pairing_code };
  assert.equal((await app.ask('POST', paths.clientPair, { body, as: one.bearer })).status, 403);
});

test("a host's clients are listed in pages, both ways", async (t) => {
  const app = appFor(t);
  const ids: string[] = [];
  let environment = '';
  for (let n = 0; n < 5; n += 1) {
    const { clientId, grant } = await paired(app);
    ids.push(clientId);
    environment = String(grant['environment_id']);
  }
  for (const order of ['asc', 'desc']) {
    const seen: unknown[] = [];
    let cursor: unknown = null;
    do {
      const query = new URLSearchParams({ limit: '2', order, ...(cursor === null ? {} : { cursor: String(cursor) }) });
      const { status, body } = await app.ask('GET', `${paths.environmentClients(environment)}?${query}`, {
        as: app.account,
      });
      assert.equal(status, 200);
      seen.push(...(body['items'] as Json[]).map(({ client_id }) => client_id));
      cursor = body['cursor'];
    } while (cursor !== null);
    assert.deepEqual(seen, order === 'asc' ? ids : ids.toReversed());
  }
  const bad = await app.ask('GET', `${paths.environmentClients(environment)}?limit=101`, { as: app.account });
  assert.equal(bad.status, 400);
});

test('a device that was removed has no token, cannot renew, and is listed no more', async (t) => {
  const app = appFor(t);
  const { grant, key, clientId, bearer } = await paired(app);
  const environment = String(grant['environment_id']);
  const remove = () => app.ask('DELETE', paths.environmentClient(environment, clientId), { as: app.account });
  assert.equal((await remove()).status, 200);
  assert.equal((await app.ask('POST', paths.clientTicket, { as: bearer })).status, 401);
  const renewed = await refresh(app, clientId, key);
  assert.equal(renewed.status, 403);
  assert.equal(renewed.body['code'], 'client_revoked');
  const list = await app.ask('GET', paths.environmentClients(environment), { as: app.account });
  assert.deepEqual(list.body, { items: [], cursor: null });
  assert.equal((await remove()).status, 404);
});

test('a device sees those that share a host with it; it renames and removes itself, and no other', async (t) => {
  const app = appFor(t);
  const [one, other] = [await paired(app), await paired(app)];
  const elsewhere = await app.claim({
    pairing_code: String((await app.code(await app.enroll('installation-2')))['pairing_code']),
  });
  const list = async (as: Record<string, string>) =>
    ((await app.ask('GET', paths.clients, { as })).body['items'] as Json[]).map(({ client_id }) => client_id);
  assert.deepEqual((await list(one.bearer)).toSorted(), [one.clientId, other.clientId].toSorted());
  assert.ok((await list(app.account)).includes(elsewhere.body['client_id']));
  const rename = (id: string, as: Record<string, string>) =>
    app.ask('PATCH', paths.client(id), { as, body: { display_name: 'my phone' } });
  const renamed = await rename(one.clientId, one.bearer);
  assert.deepEqual([renamed.status, renamed.body['display_name']], [200, 'my phone']);
  assert.equal((await rename(other.clientId, app.account)).status, 200);
  for (const answer of [
    await rename(other.clientId, one.bearer),
    await app.ask('DELETE', paths.client(other.clientId), { as: one.bearer }),
  ]) {
    assert.deepEqual([answer.status, answer.body['code']], [403, 'client_mismatch']);
    assert.match(String(answer.body['detail']), /itself, and no other/);
  }
  assert.equal(
    (await app.ask('PATCH', paths.client('cli_none'), { as: app.account, body: { display_name: 'x' } })).status,
    404,
  );
  assert.equal((await app.ask('PATCH', paths.client(one.clientId), { as: one.bearer, body: {} })).status, 400);
  assert.equal((await app.ask('DELETE', paths.client(one.clientId), { as: one.bearer })).status, 204);
  assert.equal((await app.ask('GET', paths.clients, { as: one.bearer })).status, 401);
  assert.deepEqual(await list(other.bearer), [other.clientId]);
});

test('an account that is removed while the body of a request comes makes no host and no device any more', async (t) => {
  const { app, services, db } = appFor(t);
  const { administration } = services;
  const { accountId, accountToken } = administration.createAccount('guest');
  const sent = { authorization: `Bearer ${accountToken}`, [headers.accountId]: accountId };
  const text = JSON.stringify({
    name: 'box',
    os: 'linux',
    arch: 'x64',
    app_server_version: '1',
    installation_id: 'one',
  });
  const pull = (controller: ReadableStreamDefaultController) => {
    administration.removeAccount(accountId);
    controller.enqueue(new TextEncoder().encode(text));
    controller.close();
  };
  const body = new ReadableStream({ pull }, { highWaterMark: 0 }); // not before somebody reads it
  const request = new Request(`http://localhost${DEFAULT_BASE_PATH}/${paths.serverEnroll}`, {
    method: 'POST',
    headers: sent,
    body,
    duplex: 'half',
  });
  const answer = await app.fetch(request);
  assert.equal(answer.status, 401);
  assert.equal(db.prepare('SELECT count(*) AS n FROM servers').get()?.['n'], 0);
});

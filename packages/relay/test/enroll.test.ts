import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeviceKey, paths } from '@holdfast/wire';
import { newKey, proofOf } from './harness/controller.ts';
import { appFor } from './harness/services.ts';

type App = ReturnType<typeof appFor>;

async function enroll({ ask, account }: App, key: DeviceKey, extra: object = {}) {
  const start = await ask('POST', paths.clientEnrollStart, { body: {}, as: account });
  const challenge = start.body['device_key_challenge'] as Parameters<typeof proofOf>[1];
  return ask('POST', paths.clientEnrollFinish, {
    as: account,
    body: {
      client_id: start.body['client_id'],
      device_identity: key.identity,
      device_key_proof: await proofOf(key, challenge),
      ...extra,
    },
  });
}

test("the account's token makes a device a controller, whatever its step_up_token", async (t) => {
  const app = appFor(t);
  const { status, body } = await enroll(app, await newKey(), { step_up_token: 'of another backend' });
  assert.equal(status, 200);
  assert.match(String(body['client_id']), /^cli_[0-9a-f]{32}$/);
  assert.deepEqual(body['scopes'], ['remote_control_controller_websocket']);
  assert.equal(Date.parse(String(body['expires_at'])), app.clock.wall() + 600_000);
});

test('a device that was enrolled by its account refreshes by its key, pairs by a code, and sees that host', async (t) => {
  const app = appFor(t);
  const key = await newKey();
  const { body } = await enroll(app, key);
  const client_id = String(body['client_id']);
  const start = await app.ask('POST', paths.clientRefreshStart, { body: { client_id }, as: app.account });
  const challenge = start.body['device_key_challenge'] as Parameters<typeof proofOf>[1];
  const device_key_proof = await proofOf(key, challenge);
  const finish = await app.ask('POST', paths.clientRefreshFinish, {
    body: { client_id, device_key_proof },
    as: app.account,
  });
  assert.equal(finish.status, 200);
  const grant = await app.enroll();
  const { pairing_code } = await app.code(grant);
  const list = paths.clientEnvironments(client_id);
  assert.deepEqual((await app.ask('GET', list, { as: app.account })).body, { items: [], cursor: null });
  const paired = await app.ask('POST', paths.clientPair, { body: { client_id, pairing_code }, as: app.account });
  assert.deepEqual(paired.body, { environment_id: grant['environment_id'] });
  const { items } = (await app.ask('GET', list, { as: app.account })).body as { items: { env_id: string }[] };
  assert.deepEqual(
    items.map(({ env_id }) => env_id),
    [grant['environment_id']],
  );
});

test('without the account nobody enrolls, nor with a proof of another key, nor twice by one challenge', async (t) => {
  const app = appFor(t);
  const key = await newKey();
  for (const path of [paths.clientEnrollStart, paths.clientEnrollFinish]) {
    assert.equal((await app.ask('POST', path, { body: {} })).body['code'], 'account_token_refused');
  }
  const start = await app.ask('POST', paths.clientEnrollStart, { body: {}, as: app.account });
  const challenge = start.body['device_key_challenge'] as Parameters<typeof proofOf>[1];
  const finish = async (signer: DeviceKey) =>
    app.ask('POST', paths.clientEnrollFinish, {
      as: app.account,
      body: {
        client_id: start.body['client_id'],
        device_identity: key.identity,
        device_key_proof: { ...(await proofOf(signer, challenge)), key_id: key.identity.key_id },
      },
    });
  assert.deepEqual([(await finish(await newKey())).status, (await finish(key)).status], [403, 403]);
  assert.deepEqual((await app.ask('GET', paths.clients, { as: app.account })).body, { items: [], cursor: null });
});

test("the account's devices are listed in pages, and one that is removed is refused everywhere", async (t) => {
  const app = appFor(t);
  const keys = [await newKey(), await newKey(), await newKey()];
  const ids: string[] = [];
  for (const key of keys) {
    ids.push(String((await enroll(app, key, { device: { display_name: `device ${ids.length}` } })).body['client_id']));
    app.clock.block(1);
  }
  const page = async (query: string) =>
    (await app.ask('GET', `${paths.clients}?${query}`, { as: app.account })).body as {
      items: { client_id: string; display_name: string }[];
      cursor: string | null;
    };
  const first = await page('limit=2');
  const second = await page(`limit=2&cursor=${first.cursor}`);
  const listed = [...first.items, ...second.items];
  assert.deepEqual(
    listed.map(({ client_id, display_name }) => [client_id, display_name]),
    ids.map((id, n) => [id, `device ${n}`]),
  );
  assert.equal(second.cursor, null);
  assert.deepEqual(
    (await page('order=desc&limit=1')).items.map(({ client_id }) => client_id),
    [ids[2]],
  );
  for (const bad of ['limit=0', 'cursor=garbage', 'order=up']) {
    assert.equal((await app.ask('GET', `${paths.clients}?${bad}`, { as: app.account })).status, 400);
  }
  const [gone = ''] = ids;
  const remove = () => app.ask('DELETE', paths.client(gone), { as: app.account });
  assert.equal((await remove()).status, 204);
  assert.equal((await remove()).status, 404);
  const refused = await app.ask('POST', paths.clientRefreshStart, { body: { client_id: gone }, as: app.account });
  assert.deepEqual([refused.status, refused.body['code']], [403, 'client_revoked']);
  assert.equal((await page('limit=100')).items.length, 2);
});

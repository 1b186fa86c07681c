import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headers, paths } from '@holdfast/wire';
import { appFor } from './harness/services.ts';

const refresh = (grant: Record<string, unknown>, installation_id = 'installation-1') => ({
  server_id: grant['server_id'],
  installation_id,
});

test('the same installation gets the same ids again, another one its own', async (t) => {
  const { enroll } = appFor(t);
  const first = await enroll();
  const again = await enroll();
  const other = await enroll('installation-2');
  assert.equal(again['server_id'], first['server_id']);
  assert.equal(again['environment_id'], first['environment_id']);
  assert.notEqual(again['remote_control_token'], first['remote_control_token']);
  assert.notEqual(other['server_id'], first['server_id']);
});

test('a server token lives as long as it says, and a refresh leaves the one before it valid', async (t) => {
  const { ask, account, enroll, asServer, clock } = appFor(t, { tokenLifeMs: 90_000 });
  const first = await enroll();
  assert.equal(Date.parse(String(first['expires_at'])), clock.wall() + 90_000);
  clock.block(60_000);
  const second = (await ask('POST', paths.serverRefresh, { body: refresh(first), as: account })).body;
  const pairAs = async (grant: Record<string, unknown>) =>
    (await ask('POST', paths.serverPair, { body: {}, as: asServer(grant) })).status;
  assert.deepEqual([await pairAs(first), await pairAs(second)], [200, 200]);
  clock.block(30_000);
  assert.deepEqual([await pairAs(first), await pairAs(second)], [401, 200]);
});

test('of the tokens of one server, the eight newest are valid', async (t) => {
  const { ask, account, enroll, asServer } = appFor(t);
  const grants = [await enroll()];
  for (let n = 0; n < 8; n += 1) {
    grants.push((await ask('POST', paths.serverRefresh, { body: refresh(grants[0] ?? {}), as: account })).body);
  }
  const statuses = await Promise.all(
    grants.map(async (grant) => (await ask('POST', paths.serverPair, { body: {}, as: asServer(grant) })).status),
  );
  assert.deepEqual(statuses, [401, ...Array(8).fill(200)]);
});

test('a server that is unknown is 404 with exactly that detail, another installation is 403', async (t) => {
  const { ask, account, enroll } = appFor(t);
  const grant = await enroll();
  const unknown = await ask('POST', paths.serverRefresh, { body: refresh({ server_id: 'srv_none' }), as: account });
  assert.equal(unknown.status, 404);
  assert.deepEqual(unknown.body, { detail: 'Remote app server not found' });
  const foreign = await ask('POST', paths.serverRefresh, { body: refresh(grant, 'installation-2'), as: account });
  assert.equal(foreign.status, 403);
  assert.equal(foreign.body['code'], 'installation_mismatch');
});

test('an account token is refused when it is wrong, when its account is not named, and when another is', async (t) => {
  const { ask, account } = appFor(t);
  const tries: [Record<string, string>, number, string][] = [
    [{}, 401, 'account_token_refused'],
    [{ ...account, authorization: 'Bearer hfa_wrong' }, 401, 'account_token_refused'],
    [{ ...account, authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }, 401, 'account_token_refused'],
    [{ authorization: account.authorization }, 403, 'account_mismatch'],
    [{ ...account, [headers.accountId]: 'acc_other' }, 403, 'account_mismatch'],
  ];
  for (const [as, status, code] of tries) {
    const answer = await ask('POST', paths.serverEnroll, { body: {}, as });
    assert.equal(answer.status, status);
    assert.equal(answer.body['code'], code);
    assert.equal(answer.body['request_id'], answer.headers.get('x-request-id'));
  }
});

test('the fifty newest account tokens are valid', async (t) => {
  const { services } = appFor(t);
  const { accountToken } = services.accounts.mintToken();
  for (let n = 0; n < 49; n += 1) services.accounts.mintToken();
  assert.notEqual(await services.accounts.authenticate(accountToken), null);
  services.accounts.mintToken();
  assert.equal(await services.accounts.authenticate(accountToken), null);
});

test('the credentials of a stock codex are accepted wherever an account token is', async (t) => {
  const { ask, account, services } = appFor(t);
  const minted = (await ask('POST', 'holdfast/account/codex-credentials', { as: account })).body;
  const [, claims = ''] = String(minted['id_token']).split('.');
  const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString());
  assert.deepEqual(decoded['https://api.openai.com/auth'], {
    chatgpt_account_id: services.accounts.owner.accountId,
    chatgpt_user_id: services.accounts.owner.userId,
    chatgpt_plan_type: 'pro',
  });
  assert.equal(minted['account_id'], services.accounts.owner.accountId);
  const body = { name: 'codex', os: 'linux', arch: 'x64', app_server_version: '1', installation_id: 'i' };
  const as = { ...account, authorization: `Bearer ${String(minted['access_token'])}` };
  assert.equal((await ask('POST', paths.serverEnroll, { body, as })).status, 200);
  const forged = { ...as, authorization: `${as.authorization.slice(0, -20)}${'A'.repeat(20)}` };
  assert.equal((await ask('POST', paths.serverEnroll, { body, as: forged })).status, 401);
});

test('what is malformed is 400 and names the member, never its value', async (t) => {
  const { ask, account, app } = appFor(t);
  const bad = await ask('POST', paths.serverEnroll, { body: { name: 'secret-value', os: 3 }, as: account });
  assert.equal(bad.status, 400);
  assert.equal(bad.body['code'], 'malformed_body');
  assert.match(String(bad.body['detail']), /installation_id/);
  assert.doesNotMatch(JSON.stringify(bad.body), /secret-value/);
  const notJson = await app.request(`/backend-api/${paths.claimFinish}`, { method: 'POST', body: '{' });
  assert.equal(notJson.status, 400);
  const huge = await app.request(`/backend-api/${paths.claimFinish}`, { method: 'POST', body: 'x'.repeat(70_000) });
  assert.equal(huge.status, 413);
});

test('every answer has a request id; an unknown path is 404 with JSON; the page runs no script', async (t) => {
  const { app } = appFor(t);
  const unknown = await app.request('/backend-api/wham/accounts/check');
  assert.equal(unknown.status, 404);
  assert.equal(typeof (await unknown.json()), 'object');
  const page = await app.request('/');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.doesNotMatch(await page.text(), /<script/);
  for (const answer of [unknown, page, await app.request('/healthz')]) assert.ok(answer.headers.get('x-request-id'));
});

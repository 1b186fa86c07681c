import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headers, paths } from '@holdfast/wire';
import {
  CODEX_CREDENTIALS_PATH,
  mintAccountToken,
  readAccounts,
  readAudit,
  readClients,
  readEnvironments,
  rotateAccount,
} from '../src/index.ts';
import { TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

test('rotating an account beside its running relay refuses all that was made before, at once, and lets links be', async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const host = await TestHost.enroll(relay);
  const link = await host.link(relay.base);
  const status = async (token: string) => {
    const sent = { authorization: `Bearer ${token}`, [headers.accountId]: relay.accountId };
    return (await fetch(`${relay.base}/${paths.environments}`, { headers: sent })).status;
  };
  const before = mintAccountToken(dataDir);
  const minted = await fetch(`${relay.base}/${CODEX_CREDENTIALS_PATH}`, {
    method: 'POST',
    headers: host.accountHeaders,
  });
  const { access_token } = (await minted.json()) as { access_token: string };
  assert.deepEqual([await status(before.accountToken), await status(access_token)], [200, 200]);

  const after = rotateAccount(dataDir);
  assert.equal(after.accountId, before.accountId);
  assert.deepEqual([await status(before.accountToken), await status(access_token)], [401, 401]);
  assert.equal(await status(after.accountToken), 200);
  assert.equal(await status(relay.mintAccountToken()), 200);
  await link.settled();
  assert.equal(link.closed, undefined);
  const [{ tokens, newestTokenAt } = { tokens: 0, newestTokenAt: null }] = readAccounts(dataDir);
  assert.equal(tokens, 1);
  assert.ok(Date.parse(newestTokenAt ?? '') <= Date.now());
  assert.equal([...readAudit(dataDir)].at(-1)?.event, 'account_rotated');
});

test('hosts and devices are listed beside the running relay', async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  assert.deepEqual([readEnvironments(dataDir), readClients(dataDir)], [[], []]);
  const [one, other] = [await TestHost.enroll(relay), await TestHost.enroll(relay)];
  const controller = await TestController.claim(relay.base, await one.pair(relay.base));
  await fetch(`${relay.base}/${paths.environment(one.environmentId)}`, {
    method: 'PATCH',
    headers: one.accountHeaders,
    body: JSON.stringify({ display_name: 'the big one' }),
  });
  const environments = readEnvironments(dataDir).map(({ environmentId, displayName, hostName, clients }) => [
    environmentId,
    displayName,
    hostName,
    clients,
  ]);
  assert.deepEqual(
    new Set(environments.map((row) => row.join())),
    new Set([`${one.environmentId},the big one,box,1`, `${other.environmentId},box,box,0`]),
  );
  const [device, ...more] = readClients(dataDir);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [device?.clientId, device?.displayName, device?.platform, device?.environmentIds],
    [controller.clientId, 'phone', 'test', [one.environmentId]],
  );
});

test('a folder in which no relay ever ran is named', () => {
  for (const read of [
    readAccounts,
    readEnvironments,
    readClients,
    rotateAccount,
    (dir: string) => [...readAudit(dir)],
  ]) {
    assert.throws(() => read('/nonexistent/relay'), { code: 'ERR_DATA_MISSING' });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headers, paths } from '@holdfast/wire';
import {
  type AccountSummary,
  type AccountToken,
  CODEX_CREDENTIALS_PATH,
  mintAccountToken,
  operate,
  readAudit,
} from '../src/index.ts';
import { TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

test('rotating an account beside its running relay refuses all that was made before, at once, and lets links be', async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const host = await TestHost.enroll(relay);
  const link = await host.link(relay.base);
  // that it came is written down with whatever is committed next
  link.send({ type: 'server_message', client_id: 'cli_nobody', stream_id: 's1', seq_id: 1, message: {} });
  await link.frame('the ack of a frame', ({ type }) => type === 'ack');
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

  const after = (await operate(dataDir, 'account/rotate')) as AccountToken;
  assert.equal(after.accountId, before.accountId);
  assert.deepEqual([await status(before.accountToken), await status(access_token)], [401, 401]);
  assert.equal(await status(after.accountToken), 200);
  assert.equal(await status(relay.mintAccountToken()), 200);
  await link.settled();
  assert.equal(link.closed, undefined);
  const { accounts } = (await operate(dataDir, 'account/list')) as { accounts: AccountSummary[] };
  const [{ tokens, newestTokenAt } = { tokens: 0, newestTokenAt: null }] = accounts;
  assert.equal(tokens, 1);
  assert.ok(Date.parse(newestTokenAt ?? '') <= Date.now());
  assert.equal([...readAudit(dataDir)].at(-1)?.event, 'account_rotated');
});

test('a folder in which no relay ever ran is named', async () => {
  assert.throws(() => mintAccountToken('/nonexistent/relay'), { code: 'ERR_DATA_MISSING' });
  assert.throws(() => [...readAudit('/nonexistent/relay')], { code: 'ERR_DATA_MISSING' });
  await assert.rejects(operate('/nonexistent/relay', 'account/list'), { code: 'ERR_DATA_MISSING' });
});

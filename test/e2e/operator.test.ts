import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost, tempDir } from './support/host-process.ts';
import { accountEnv, finish, startRelayProcess } from './support/programs.ts';

test("a relay's accounts, hosts and audit log are read, and its tokens rotated, from its folder while it runs", async (t) => {
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data, '127.0.0.1:0', ['--public-url', 'https://relay.example.org']);
  const account = await accountEnv(t, data);
  const command = async (...args: string[]) => {
    const { code, stdout, stderr } = await finish(t, [...args, '--data', data]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  assert.match(await command('environments'), /^No host has enrolled yet\.$/m);
  assert.match(await command('clients'), /^No device has paired yet\.$/m);
  const host = startHost(t, { relay: relay.base, env: account });
  const { environmentId, serverName } = await host.until('the link', ({ status }) => status === 'connected');
  const table = await command('environments');
  assert.ok(table.includes(String(environmentId)) && table.includes(serverName), table);
  const { environments } = JSON.parse(await command('environments', '--json')) as { environments: object[] };
  assert.equal(environments.length, 1);
  const { accounts } = JSON.parse(await command('account', 'list', '--json')) as { accounts: { tokens: number }[] };
  assert.deepEqual(
    accounts.map(({ tokens }) => tokens),
    [1],
  );
  const { accountToken } = JSON.parse(await command('account', 'rotate', '--json')) as { accountToken: string };
  const whose = (token: string) =>
    fetch(`${relay.base}/holdfast/account`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await whose(account.HOLDFAST_ACCOUNT_TOKEN)).status, 401);
  assert.equal((await whose(accountToken)).status, 200);
  assert.equal((await host.status()).status, 'connected');
  const entries = (await command('audit', '--json'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; event: string });
  assert.deepEqual(
    entries.map(({ event }) => event),
    ['account_token_made', 'host_enrolled', 'host_connected', 'account_rotated'],
  );
  const rest = await command('audit', '--after', String(entries.at(-2)?.id));
  assert.match(rest, /^\S+ {2}account_rotated {2}from this machine\n$/);
});

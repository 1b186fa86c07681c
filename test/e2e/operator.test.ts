import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, startHost, tempDir } from './support/host-process.ts';
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
  assert.match(await command('environments', 'rename', serverName, 'the big one'), /is now called the big one\.$/m);
  await eventually('the host to have answered', async () =>
    /the big one .* online$/m.test(await command('environments')),
  );
  const entries = (await command('audit', '--json'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; event: string });
  assert.deepEqual(
    entries.map(({ event }) => event),
    ['account_token_made', 'host_enrolled', 'host_connected', 'account_rotated', 'host_renamed'],
  );
  const rest = await command('audit', '--after', String(entries.at(-2)?.id));
  assert.match(rest, /^\S+ {2}host_renamed {2}from this machine {2}srv_\w+ {2}the big one\n$/);

  assert.match(await command('environments', 'remove', 'the big one', '--json'), /"displayName":"the big one"/);
  await host.until('its link to be gone', ({ environmentId: id }) => id !== environmentId);
  const unknown = await finish(t, ['clients', 'revoke', 'nobody', '--data', data]);
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [1, 'holdfast: This relay knows no client "nobody"; `holdfast clients` lists them.\n'],
  );
});

test('a relay is backed up while it runs, and restored when it does not', async (t) => {
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data);
  const file = join(tempDir(t), 'backup.db');
  const command = (...args: string[]) => finish(t, ['relay', ...args, '--data', data]);
  assert.match((await command('backup', file)).stdout, /^Wrote .*backup\.db \(\d+ bytes\)\.$/m);
  const again = await command('backup', file);
  assert.deepEqual([again.code, /--force/.test(again.stderr)], [1, true], again.stderr);
  const running = await command('restore', file);
  assert.deepEqual(
    [running.code, /is in use by another holdfast relay/.test(running.stderr)],
    [73, true],
    running.stderr,
  );
  relay.program.kill('SIGTERM');
  await relay.program.exited;
  const { stdout, stderr } = await command('restore', file, '--json');
  const { aside } = JSON.parse(stdout || stderr) as { aside: string };
  assert.match(aside, /relay\.db\.before-/);
  assert.equal((await command('backup', file, '--force')).code, 0, 'of one that does not run');
  await startRelayProcess(t, data);
});

test('accounts are made, rotated and removed with no relay running', async (t) => {
  const data = tempDir(t);
  const first = await startRelayProcess(t, data);
  first.program.kill('SIGTERM');
  await first.program.exited;
  const command = async (...args: string[]) => {
    const { code, stdout, stderr } = await finish(t, ['account', ...args, '--data', data]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const { accountId } = JSON.parse(await command('create', 'guest', '--json')) as { accountId: string };
  await command('rotate', 'guest');
  assert.match(await command('list'), new RegExp(`^${accountId} +guest .* 1 .* 0 +0$`, 'm'));
  assert.match(await command('remove', 'guest'), /^Removed guest, 0 of its hosts and 0 of its devices\.$/m);
  assert.match(await command('list'), /the owner/);
});

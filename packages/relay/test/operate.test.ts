import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { RpcRefusal } from '@holdfast/local-socket';
import { headers, paths } from '@holdfast/wire';
import {
  type AccountSummary,
  type AccountToken,
  type ClientSummary,
  type EnvironmentSummary,
  mintAccountToken,
  operate,
  type Relay,
  readAudit,
} from '../src/index.ts';
import { newKey, TestController } from './harness/controller.ts';
import { post, TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

const listed = {
  environments: async (dataDir: string) =>
    ((await operate(dataDir, 'environments/list')) as { environments: EnvironmentSummary[] }).environments,
  clients: async (dataDir: string) =>
    ((await operate(dataDir, 'clients/list')) as { clients: ClientSummary[] }).clients,
  accounts: async (dataDir: string) =>
    ((await operate(dataDir, 'account/list')) as { accounts: AccountSummary[] }).accounts,
};

/** As `mintAccountToken` of a relay, for another account than the owner's. */
const enrollAs = ({ base }: Relay, { accountId, accountToken }: AccountToken) =>
  TestHost.enroll({ base, accountId, mintAccountToken: () => accountToken });

/** A relay with a host and a device; `running`, or stopped again. */
async function furnished(t: TestContext, { running }: { running: boolean }) {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const token = mintAccountToken(dataDir);
  const host = await enrollAs(relay, token);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  if (!running) await relay.close();
  const reopen = async () => (running ? relay : relayFor(t, { dataDir }));
  return { dataDir, relay, token, host, controller, reopen };
}

for (const running of [true, false]) {
  describe(running ? 'over the socket of a running relay' : 'on the folder of a relay that does not run', () => {
    test('hosts and devices are listed, renamed and taken away, by id or by name', async (t) => {
      const { dataDir, host, controller, reopen } = await furnished(t, { running });
      const { environmentId } = host;
      await operate(dataDir, 'environments/rename', { environment: 'box', name: 'the big one' });
      await operate(dataDir, 'clients/rename', { client: controller.clientId, name: 'my phone' });
      const [environment, ...others] = await listed.environments(dataDir);
      assert.deepEqual(
        [environment?.environmentId, environment?.displayName, environment?.hostName, environment?.clients],
        [environmentId, 'the big one', 'box', 1],
      );
      assert.deepEqual([environment?.online, others.length], [false, 0]);
      assert.match(environment?.offlineReason ?? '', /has not connected since it enrolled/);
      const [client] = await listed.clients(dataDir);
      assert.deepEqual([client?.displayName, client?.links, client?.environmentIds], ['my phone', 0, [environmentId]]);

      await operate(dataDir, 'clients/revoke', { client: 'my phone' });
      await operate(dataDir, 'environments/remove', { environment: 'the big one' });
      assert.deepEqual([await listed.environments(dataDir), await listed.clients(dataDir)], [[], []]);
      const relay = await reopen();
      const refresh = await post(relay.base, paths.clientRefreshStart, { client_id: controller.clientId });
      assert.equal(refresh.status, 403);
      assert.deepEqual(
        [...readAudit(dataDir)].slice(-4).map(({ event, address, detail }) => [event, address, detail]),
        [
          ['host_renamed', null, 'the big one'],
          ['client_renamed', null, 'my phone'],
          ['client_revoked', null, 'my phone'],
          ['host_removed', null, 'box'],
        ],
      );
    });

    test('an account of somebody else has its own hosts and devices, and goes with all of them', async (t) => {
      const { dataDir, token, reopen } = await furnished(t, { running });
      const guest = (await operate(dataDir, 'account/create', { name: 'guest' })) as AccountToken;
      const relay = await reopen();
      const host = await enrollAs(relay, guest);
      const controller = await TestController.claim(relay.base, await host.pair(relay.base));
      const seenBy = async ({ accountId, accountToken }: AccountToken, path: string) => {
        const sent = { authorization: `Bearer ${accountToken}`, [headers.accountId]: accountId };
        const answer = await fetch(`${relay.base}/${path}`, { headers: sent });
        return answer.ok ? ((await answer.json()) as { items: unknown[] }).items.length : answer.status;
      };
      assert.deepEqual([await seenBy(guest, paths.environments), await seenBy(guest, paths.clients)], [1, 1]);
      assert.deepEqual([await seenBy(token, paths.environments), await seenBy(token, paths.clients)], [1, 1]);
      assert.equal(await seenBy(token, paths.environmentClients(host.environmentId)), 404);
      const accounts = await listed.accounts(dataDir);
      assert.deepEqual(
        accounts.map(({ name, isOwner, tokens, environments, clients }) => [
          name,
          isOwner,
          tokens,
          environments,
          clients,
        ]),
        [
          [null, true, 1, 1, 1],
          ['guest', false, 1, 1, 1],
        ],
      );
      if (!running) await relay.close();
      const done = await operate(dataDir, 'account/remove', { account: 'guest' });
      assert.deepEqual((done as { removed: unknown }).removed, { environments: 1, clients: 1 });
      assert.deepEqual((await listed.accounts(dataDir)).length, 1);
      assert.equal((await listed.environments(dataDir)).length, 1);
      const after = running ? relay : await relayFor(t, { dataDir });
      assert.equal((await post(after.base, paths.clientRefreshStart, { client_id: controller.clientId })).status, 403);
    });

    test('what is not there, what two are called, and what cannot be, is refused in words', async (t) => {
      const { dataDir, relay, token, reopen } = await furnished(t, { running });
      const refused = (method: string, params: object, words: RegExp) =>
        assert.rejects(operate(dataDir, method, params), (error) => {
          assert.ok(error instanceof RpcRefusal, String(error));
          assert.match(error.message, words);
          return true;
        });
      await refused(
        'environments/remove',
        { environment: 'nope' },
        /knows no environment "nope"; `holdfast environments`/,
      );
      await refused('clients/revoke', { client: 'nope' }, /knows no client "nope"/);
      await refused('account/remove', { account: 'nope' }, /knows no account "nope"/);
      await refused('account/remove', { account: relay.accountId }, /the account of the relay's owner/);
      await refused('clients/rename', { client: 'phone', name: '' }, /name/);
      await operate(dataDir, 'account/create', { name: 'guest' });
      await refused('account/create', { name: 'guest' }, /An account is called "guest" already/);
      await enrollAs(await reopen(), token);
      await refused('environments/rename', { environment: 'box', name: 'x' }, /2 are called "box": env_\w+, env_\w+\./);
    });
  });
}

test("an account's rotation refuses its own tokens, and no other's", async (t) => {
  const { dataDir, relay, token } = await furnished(t, { running: true });
  const guest = (await operate(dataDir, 'account/create', {})) as AccountToken;
  const rotated = (await operate(dataDir, 'account/rotate', { account: guest.accountId })) as AccountToken;
  const status = async (accountToken: string) =>
    (await fetch(`${relay.base}/holdfast/account`, { headers: { authorization: `Bearer ${accountToken}` } })).status;
  assert.deepEqual(
    [await status(guest.accountToken), await status(rotated.accountToken), await status(token.accountToken)],
    [401, 200, 200],
  );
});

test('a device of one account pairs with no host of another by a code; that code still makes a device of that account', async (t) => {
  const { dataDir, relay, controller } = await furnished(t, { running: true });
  const guest = (await operate(dataDir, 'account/create', {})) as AccountToken;
  const host = await enrollAs(relay, guest);
  const { pairing_code } = await host.pair(relay.base);
  const body = { client_id: controller.clientId, pairing_code };
  const refused = await post(relay.base, paths.clientPair, body, controller.bearer);
  assert.deepEqual([refused.status, refused.body['code']], [403, 'account_mismatch']);
  const theirs = await TestController.claim(relay.base, { pairing_code });
  const link = await theirs.link(relay.base);
  await link.settled();
  assert.equal(link.closed, undefined);
  assert.ok(await newKey());
});

test('while a relay is connected, its list says so of hosts and devices', async (t) => {
  const { dataDir, relay, host, controller } = await furnished(t, { running: true });
  const link = await host.link(relay.base);
  link.eachProbe(({ type, client_id, stream_id }) => {
    if (type === 'ping') link.send({ type: 'pong', status: 'unknown', client_id, stream_id, seq_id: 1 });
  });
  await link.probe('the ack of its answer', ({ type }) => type === 'ack');
  await (await controller.link(relay.base)).settled();
  assert.deepEqual(
    (await listed.environments(dataDir)).map(({ online, busy }) => [online, busy]),
    [[true, false]],
  );
  assert.deepEqual(
    (await listed.clients(dataDir)).map(({ links }) => links),
    [1],
  );
});

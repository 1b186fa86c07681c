import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { paths } from '@holdfast/wire';
import { Audit, auditEntries } from '../src/audit.ts';
import { mintAccountToken, readAudit } from '../src/index.ts';
import { newKey, TestController } from './harness/controller.ts';
import { mustOpen, TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';
import { appFor } from './harness/services.ts';

const told = (dataDir: string) =>
  [...readAudit(dataDir)].map(({ event, address, serverId, clientId, detail }) => ({
    event,
    address,
    serverId,
    clientId,
    detail,
  }));

test('who paired, connected, was refused and revoked, and from where, is told beside the running relay', async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const hostLink = await host.link(relay.base);
  await hostLink.settled();
  await (await controller.link(relay.base)).settled();
  const wrong = mustOpen(await controller.openWithTicket(relay.base, await controller.ticket(relay.base)));
  await controller.prove(wrong, await newKey());
  await wrong.untilClosed();
  await hostLink.settled();
  await fetch(`${relay.base}/${paths.client(controller.clientId)}`, { method: 'DELETE', headers: host.accountHeaders });
  await fetch(`${relay.base}/${paths.environment(host.environmentId)}`, {
    method: 'DELETE',
    headers: host.accountHeaders,
  });
  mintAccountToken(dataDir);
  const address = '127.0.0.1';
  const { serverId } = host;
  const { clientId } = controller;
  assert.deepEqual(told(dataDir), [
    { event: 'host_enrolled', address, serverId, clientId: null, detail: 'box' },
    { event: 'pairing_code_made', address, serverId, clientId: null, detail: 'box' },
    { event: 'client_paired', address, serverId, clientId, detail: 'phone' },
    { event: 'host_connected', address, serverId, clientId: null, detail: 'box' },
    { event: 'client_connected', address, serverId: null, clientId, detail: 'phone' },
    {
      event: 'client_refused',
      address,
      serverId: null,
      clientId,
      detail: 'it was made with another key',
    },
    { event: 'client_revoked', address, serverId: null, clientId, detail: 'phone' },
    { event: 'host_removed', address, serverId, clientId: null, detail: 'box' },
    { event: 'account_token_made', address: null, serverId: null, clientId: null, detail: relay.accountId },
  ]);
});

test('a guess of a pairing code is entered with its address, and no code is', async (t) => {
  const app = appFor(t);
  for (const from of ['203.0.113.7', '203.0.113.8']) {
    await app.claim({ manual_pairing_code: 'ZZZZ-ZZZZ' }, { from });
  }
  const entries = [...auditEntries(app.db, 0)];
  assert.deepEqual(
    entries.map(({ event, address }) => [event, address]),
    [
      ['pairing_refused', '203.0.113.7'],
      ['pairing_refused', '203.0.113.8'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(entries), /ZZZZ/);
});

test('what comes again and again from the same address is entered once an hour; what changes rights, every time', async (t) => {
  const { db } = appFor(t);
  const clock = new ManualClock();
  const audit = new Audit({ db, clock });
  const events = () => [...auditEntries(db, 0)].map(({ event, address }) => `${event} ${address}`);
  const come = (address: string) => audit.record({ event: 'client_connected', clientId: 'cli_1', address });
  come('203.0.113.7');
  come('203.0.113.7');
  come('203.0.113.8');
  clock.block(3600_000);
  come('203.0.113.7');
  for (let n = 0; n < 2; n += 1) audit.record({ event: 'client_revoked', clientId: 'cli_1', address: '203.0.113.7' });
  assert.deepEqual(events(), [
    'client_connected 203.0.113.7',
    'client_connected 203.0.113.8',
    'client_connected 203.0.113.7',
    'client_revoked 203.0.113.7',
    'client_revoked 203.0.113.7',
  ]);
});

test('no entry is changed, no recent one is deleted, and those beyond the newest 100,000 go', async (t) => {
  const { db, clock } = appFor(t);
  const audit = new Audit({ db, clock });
  audit.record({ event: 'host_removed', serverId: 'srv_1' });
  assert.throws(() => db.exec("UPDATE audit SET address = '1.2.3.4'"), /never changed/);
  assert.throws(() => db.exec('DELETE FROM audit'), /keeps its newest/);
  db.exec("INSERT INTO audit (id, at, event) VALUES (100000, 0, 'host_removed')");
  audit.record({ event: 'host_removed', serverId: 'srv_2' });
  const ids = () => [...auditEntries(db, 0)].map(({ id }) => id);
  assert.deepEqual(ids(), [100_000, 100_001]);
  audit.record({ event: 'host_removed', serverId: 'srv_3' });
  assert.deepEqual(
    [...auditEntries(db, 100_001)].map(({ serverId }) => serverId),
    ['srv_3'],
  );
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openDataFolder } from '@holdfast/data-folder';
import { ManualClock } from '@holdfast/testkit';
import { auditEntries } from '../src/audit.ts';
import type { RetentionLimits } from '../src/retention.ts';
import { migrations } from '../src/stores/schema.ts';
import { newKey } from './harness/controller.ts';
import { temporaryFolder } from './harness/relay.ts';
import { servicesOn } from './harness/services.ts';

const DAY_MS = 24 * 3600_000;
const NOW = Date.now();

/** A relay's parts at this moment, whose clock stood somewhere else before. */
function servicesFor(t: TestContext, retention: Partial<RetentionLimits> = {}) {
  const { db, close } = openDataFolder(temporaryFolder(t), { program: 'relay', migrations, as: 'owner' });
  t.after(close);
  const clock = new ManualClock(NOW);
  const services = servicesOn(db, { clock, retention });
  t.after(() => services.loopDelay.close());
  const sweep = async () => {
    services.retention.sweep();
    await clock.advance(1_000); // what nobody waits for is written a moment later
  };
  const at = (ago: number, work: () => void) => {
    const moment = clock.wall;
    Object.assign(clock, { wall: () => NOW - ago });
    work();
    Object.assign(clock, { wall: moment });
  };
  const count = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  return { ...services, db, clock, sweep, at, count };
}

test('the audit log keeps what it is told to, and the last 7 days in any case', async (t) => {
  const days = async (auditMs: number | null) => {
    const { audit, db, at, sweep } = servicesFor(t, { auditMs });
    for (const ago of [400, 91, 89, 8, 6, 0])
      at(ago * DAY_MS, () => audit.record({ event: 'host_removed', detail: `${ago}` }));
    await sweep();
    return [...auditEntries(db, 0)].map(({ detail }) => Number(detail));
  };
  assert.deepEqual(await days(null), [400, 91, 89, 8, 6, 0]);
  assert.deepEqual(await days(90 * DAY_MS), [89, 8, 6, 0]);
  assert.deepEqual(await days(1 * DAY_MS), [6, 0]);
});

test('the database itself keeps the entries of the last 7 days from being deleted', (t) => {
  const { audit, db, at } = servicesFor(t);
  at(8 * DAY_MS, () => audit.record({ event: 'host_removed' }));
  audit.record({ event: 'host_removed' });
  assert.throws(() => db.exec('DELETE FROM audit'), /keeps its newest 100000 entries for 7 days/);
  db.exec('DELETE FROM audit WHERE id = 1');
});

test('devices that do not come any more go when they are told to, those that can do nothing after 30 days', async (t) => {
  const { identity } = await newKey();
  const left = async (deviceMs: number | null) => {
    const { devices, servers, accounts, administration, db, at, sweep } = servicesFor(t, { deviceMs });
    const { accountId } = accounts.owner;
    const body = { name: 'box', os: 'linux', arch: 'x64', app_server_version: '1', installation_id: 'one' };
    const server = servers.enroll(accountId, body);
    assert.ok(server !== null && administration);
    for (const ago of [100, 40, 20]) {
      for (const paired of [true, false]) {
        const id = `cli_${ago}_${paired ? 'paired' : 'alone'}`;
        at(ago * DAY_MS, () => devices.add(id, accountId, identity, { display_name: id }));
        if (paired) devices.pair(id, server.serverId);
      }
    }
    await sweep();
    const gone = [...auditEntries(db, 0)].filter(({ event }) => event === 'client_expired').length;
    const kept = devices.idsOf(accountId).toSorted();
    assert.equal(gone, 6 - kept.length);
    return kept;
  };
  assert.deepEqual(await left(null), ['cli_100_paired', 'cli_20_alone', 'cli_20_paired', 'cli_40_paired']);
  assert.deepEqual(await left(30 * DAY_MS), ['cli_20_alone', 'cli_20_paired']);
});

test('tokens and codes go when they have expired, and not before', async (t) => {
  const { servers, accounts, serverTokens, pairing, at, sweep, count } = servicesFor(t);
  const body = { name: 'box', os: 'linux', arch: 'x64', app_server_version: '1', installation_id: 'one' };
  const server = servers.enroll(accounts.owner.accountId, body);
  assert.ok(server !== null);
  at(2 * 3600_000, () => {
    serverTokens.mint(server.serverId);
    pairing.create(server.serverId, true);
  });
  await sweep();
  assert.deepEqual([count('server_tokens'), count('pairing_codes')], [0, 0]);
  serverTokens.mint(server.serverId);
  pairing.create(server.serverId, true);
  await sweep();
  assert.deepEqual([count('server_tokens'), count('pairing_codes')], [1, 1]);
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openDataFolder } from '@holdfast/data-folder';
import { LocalSocketClient } from '@holdfast/local-socket';
import { headers, paths, socketEndpoint } from '@holdfast/wire';
import { systemClock } from '../src/clock.ts';
import { OPERATOR_SOCKET } from '../src/operator/place.ts';
import type { AdmissionSnapshot, PressureLimits } from '../src/pressure/index.ts';
import { migrations } from '../src/stores/schema.ts';
import { transact } from '../src/stores/transaction.ts';
import { open, Peer } from './harness/peer.ts';
import { temporaryFolder } from './harness/relay.ts';
import { RelayProcess } from './harness/relay-process.ts';
import { servicesOn } from './harness/services.ts';

interface KnownHost {
  readonly serverId: string;
  readonly token: string;
}

/** Hosts that this relay will know when it starts; an account has at most a thousand. */
function knownHosts(dataDir: string, count: number): KnownHost[] {
  const { db, close } = openDataFolder(dataDir, { program: 'relay', migrations, as: 'owner' });
  const { servers, serverTokens } = servicesOn(db, { clock: systemClock });
  const hosts = transact(db, () =>
    Array.from({ length: count }, (_, n) => {
      const accountId = `account-${Math.floor(n / 1_000)}`;
      db.prepare('INSERT OR IGNORE INTO accounts (account_id, user_id, created_at) VALUES (?, ?, ?)').run(
        accountId,
        `user of ${accountId}`,
        Number.MAX_SAFE_INTEGER, // the owner is the oldest
      );
      const box = { name: 'box', os: 'linux', arch: 'x64', app_server_version: '1', installation_id: `box-${n}` };
      const server = servers.enroll(accountId, box);
      assert.ok(server !== null);
      return { serverId: server.serverId, token: serverTokens.mint(server.serverId).token };
    }),
  );
  close();
  return hosts;
}

async function relayWith(t: TestContext, count: number, pressure: Partial<PressureLimits> = {}) {
  const dataDir = temporaryFolder(t);
  const hosts = knownHosts(dataDir, count);
  const relay = new RelayProcess(t, dataDir, pressure);
  await relay.start();
  const operator = await LocalSocketClient.open(join(dataDir, OPERATOR_SOCKET));
  t.after(() => operator.close());
  const status = async () => (await operator.call('relay/status')) as { links: number; pressure: AdmissionSnapshot }; // our own relay says so
  const knock = (host: KnownHost) =>
    open(socketEndpoint(relay.base, paths.serverSocket), {
      headers: {
        authorization: `Bearer ${host.token}`,
        [headers.serverId]: host.serverId,
        [headers.protocolVersion]: '3',
      },
    });
  return { hosts, status, knock };
}

test('two thousand hosts that come at once come back as a ramp, each told its own moment, and the relay answers all the while', async (t) => {
  const { hosts, status, knock } = await relayWith(t, 2_000, { patienceMs: 50 });
  const links: Peer[] = [];
  t.after(() => {
    for (const link of links) link.cut();
  });
  const told: number[] = [];
  let mostTries = 0;
  const comeBack = async (host: KnownHost) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await knock(host);
      if (answer instanceof Peer) {
        links.push(answer);
        mostTries = Math.max(mostTries, tries);
        return;
      }
      assert.deepEqual([answer.status, answer.body['code']], [503, 'overloaded']);
      const seconds = Number(answer.headers['retry-after']);
      told.push(seconds);
      await delay(seconds * 1_000 + Math.random() * Math.max(1_000, seconds * 100)); // as the lease has it
    }
  };
  let answers = 0;
  let over = false;
  const watch = async () => {
    while (!over) {
      await status();
      answers += 1;
      await delay(50);
    }
  };
  const comeAll = Promise.all(hosts.map(comeBack)).finally(() => {
    over = true;
  });
  await Promise.all([comeAll, watch()]);
  const { links: linked, pressure } = await status();
  assert.equal(linked, 2_000);
  assert.equal(pressure.inFlight, 0);
  assert.equal(pressure.admitted.handshake, 2_000);
  assert.equal(pressure.deferred.handshake, told.length);
  assert.ok(told.length > 0, 'it was a wall');
  assert.ok(new Set(told).size > 1 || told.length < pressure.perSecond, `spread: ${[...new Set(told)]}`);
  assert.ok(mostTries <= 10, `${mostTries} tries`);
  assert.ok(answers > 5);
  t.diagnostic(
    `${told.length} were sent away, for up to ${Math.max(...told)} s; ${Math.round(pressure.perSecond)} a second`,
  );
});

test('a quiet relay sends nobody away', async (t) => {
  const { hosts, status, knock } = await relayWith(t, 50);
  const links = await Promise.all(hosts.map(knock));
  for (const link of links) {
    assert.ok(link instanceof Peer);
    link.cut();
  }
  for (const host of hosts) {
    const link = await knock(host);
    assert.ok(link instanceof Peer);
    link.cut();
  }
  assert.equal((await status()).pressure.deferred.handshake, 0);
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answer, ManualClock } from '@holdfast/testkit';
import { ACCOUNT, authorityFor, connectedHost, makeHost, statusOf, temporaryFolder } from './harness.ts';

describe('a restart', () => {
  test('keeps who the host is', async (t) => {
    const { authority, host, dataDir, link } = await connectedHost(t);
    const before = host.status();
    await host.close();
    const again = makeHost(t, authority, { dataDir }).host;
    assert.equal(again.status().installationId, before.installationId);
    assert.equal(again.status().environmentId, before.environmentId);
    again.start();
    const next = await authority.waitForLink(2);
    assert.equal(next.serverId, link.serverId);
    assert.equal(authority.counts('enroll'), 1);
    assert.equal(authority.counts('refresh'), 1);
  });

  test('within a Retry-After asks nothing before it is over', async (t) => {
    const clock = new ManualClock(Date.now());
    const dataDir = temporaryFolder(t);
    const authority = await authorityFor(t);
    authority.set('enroll', answer.reply(503, { retryAfter: 120 }));
    for (let start = 1; start <= 4; start += 1) {
      const { host } = makeHost(t, authority, { dataDir, clock });
      host.start();
      const { lease, reason } = await statusOf(host, (now) => now.lease.state === 'deferred' && now);
      assert.ok(Date.parse(lease.retryAt ?? '') >= clock.wall() + 90_000);
      if (start === 1) assert.match(reason, /503.*next try in 1[12]\d s/);
      await host.close();
      await clock.advance(5_000);
    }
    assert.equal(authority.counts('enroll'), 1);
    authority.set('enroll', answer.healthy());
    makeHost(t, authority, { dataDir, clock }).host.start();
    await clock.advance(120_000);
    await authority.waitForLink();
    assert.equal(authority.counts('enroll'), 2);
  });

  test('keeps whether remote control is switched on', async (t) => {
    const { authority, host, dataDir } = await connectedHost(t);
    assert.equal((await host.disable()).status, 'disabled');
    await host.close();
    const again = makeHost(t, authority, { dataDir }).host;
    again.start();
    assert.equal(again.status().status, 'disabled');
    assert.equal(again.status().reason, 'Remote control is switched off.');
    again.enable();
    await authority.waitForLink(2);
    await again.close();
    makeHost(t, authority, { dataDir }).host.start();
    await authority.waitForLink(3);
  });
});

describe('the data folder', () => {
  test('holds no token, neither of the account nor of the server', async (t) => {
    const { authority, host, dataDir, link } = await connectedHost(t);
    await host.startPairing(true);
    link.cut();
    await authority.waitForLink(2);
    const bytes = readdirSync(dataDir)
      .map((name) => join(dataDir, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
      .join('\n');
    assert.ok(bytes.includes(link.serverId));
    assert.ok(!bytes.includes(ACCOUNT.accountToken));
    assert.ok(!bytes.includes('rct_'));
  });

  test('serves one host at a time', async (t) => {
    const { authority, dataDir } = await connectedHost(t);
    assert.throws(() => makeHost(t, authority, { dataDir }), /in use|another process/);
  });
});

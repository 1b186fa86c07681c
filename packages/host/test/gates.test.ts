import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, ManualClock } from '@holdfast/testkit';
import { GateError } from '../src/gate/gate-error.ts';
import { ACCOUNT, connectedHost, linkOf, makeHost, statusOf } from './harness.ts';

const isDeferred = (error: unknown) => error instanceof GateError && error.retryAt !== null;

describe('the deadline of an endpoint', () => {
  test('holds back that endpoint and no other', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    const { pairingCode } = await host.startPairing(false);
    const environmentId = host.status().environmentId ?? '';
    authority.script('pair', [answer.reply(429, { retryAfter: 600 })]);
    await assert.rejects(host.startPairing(false), isDeferred);
    assert.deepEqual(await host.pairingStatus({ pairing_code: pairingCode }), { claimed: false });
    assert.deepEqual((await host.clients({ environmentId })).items, []);
    link.cut();
    await linkOf(authority, clock, 2);
    await assert.rejects(host.startPairing(false), isDeferred);
    assert.equal(authority.counts('pair'), 2);
  });

  test('of handshakes does not hold back pairing', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    authority.set('websocket', answer.reply(503, { retryAfter: 600 }));
    link.cut();
    await statusOf(host, (now) => {
      void clock.advance(0); // the wait after the cut has no length
      return now.link.state === 'waiting' && now.link.lastError?.includes('503');
    });
    await host.startPairing(false);
  });

  test('of handshakes outlives the process', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link, dataDir } = await connectedHost(t, { clock });
    authority.set('websocket', answer.reply(503, { retryAfter: 600 }));
    link.cut();
    await linkOf(authority, clock, 1);
    await statusOf(host, (now) => {
      void clock.advance(0);
      return now.link.state === 'waiting' && now.link.lastError?.includes('503');
    });
    await host.close();
    await clock.advance(300_000);
    authority.set('websocket', answer.healthy());
    const again = makeHost(t, authority, { dataDir, clock }).host;
    again.start();
    const { link: waiting, reason } = await statusOf(again, (now) => now.link.state === 'waiting' && now);
    assert.equal(Date.parse(waiting.nextAttemptAt ?? '') - clock.wall(), 300_000);
    assert.match(reason, /connecting failed before this host was started; next try in 300 s/);
    assert.equal(authority.counts('websocket'), 2);
    await clock.advance(300_000);
    await authority.waitForLink(2);
  });

  test('lies an hour ahead at most, whatever the relay asks for', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { clock });
    authority.script('pair', [answer.reply(503, { retryAfter: '99999999999' })]);
    await assert.rejects(host.startPairing(false), (error) => {
      assert.ok(error instanceof GateError);
      assert.equal(error.retryAt, clock.wall() + 3_600_000);
      return true;
    });
    await clock.advance(3_600_000);
    await host.startPairing(false);
  });

  test('is the latest Retry-After of the calls that were under way at once, and a late success does not end it', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { clock });
    await host.startPairing(false);
    const released = Promise.withResolvers<void>();
    authority.script('pair', [
      answer.reply(503, { retryAfter: 60 }),
      answer.reply(503, { retryAfter: 120 }),
      answer.reply(503),
      answer.healthy({ after: released.promise }),
    ]);
    const calls = Promise.allSettled(Array.from({ length: 4 }, () => host.startPairing(false)));
    await authority.waitForRequests('pair', 5);
    await assert.rejects(async () => {
      for (;;) await host.startPairing(false); // until the failures are in
    }, isDeferred);
    released.resolve();
    assert.equal((await calls).filter(({ status }) => status === 'fulfilled').length, 1);
    const asked = authority.counts('pair');
    await assert.rejects(host.startPairing(false), { message: /Next try in 120 s/ });
    assert.equal(authority.counts('pair'), asked);
  });
});

describe('account credentials that the list of clients refuses', () => {
  test('are read again, and tried once more if they changed', async (t) => {
    let accountToken = 'first-account-token';
    const credentials = {
      description: 'the test',
      read: () => ({ accountId: ACCOUNT.accountId, accountToken }),
      watch: () => () => {},
    };
    const { authority, host } = await connectedHost(t, { credentials });
    const environmentId = host.status().environmentId ?? '';
    const released = Promise.withResolvers<void>();
    authority.script('clients', [answer.reply(401, { after: released.promise })]);
    const listed = host.clients({ environmentId });
    await authority.waitForRequests('clients', 1);
    accountToken = 'second-account-token';
    released.resolve();
    assert.deepEqual((await listed).items, []);
    assert.equal(authority.counts('clients'), 2);
  });

  test('hold back the list until they change, and nothing else', async (t) => {
    let accountToken = 'first-account-token';
    const credentials = {
      description: 'the test',
      read: () => ({ accountId: ACCOUNT.accountId, accountToken }),
      watch: () => () => {},
    };
    const { authority, host } = await connectedHost(t, { credentials });
    const environmentId = host.status().environmentId ?? '';
    authority.script('clients', [answer.reply(401)]);
    const calls = Array.from({ length: 10 }, () => assert.rejects(host.clients({ environmentId }), isDeferred));
    await Promise.all(calls);
    assert.equal(authority.counts('clients'), 1);
    authority.registry.clients.push({ client_id: 'cli_1' });
    await host.revokeClient(environmentId, 'cli_1');
    accountToken = 'second-account-token';
    assert.deepEqual((await host.clients({ environmentId })).items, []);
  });
});

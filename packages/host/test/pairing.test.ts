import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, ManualClock } from '@holdfast/testkit';
import { GateError } from '../src/gate/gate-error.ts';
import type { Host } from '../src/host.ts';
import { connectedHost, linkOf, makeHost } from './harness.ts';

const isDeferred = (error: unknown) => error instanceof GateError && error.retryAt !== null;

describe('pairing', () => {
  test('gives the codes, and tells when one was claimed', async (t) => {
    const { authority, host } = await connectedHost(t);
    const { pairingCode, manualPairingCode, environmentId, expiresAt } = await host.startPairing(true);
    assert.match(manualPairingCode ?? '', /^[0-9A-F]{4}-[0-9A-F]{4}$/);
    assert.equal(environmentId, host.status().environmentId);
    assert.ok(Number.isInteger(expiresAt) && expiresAt * 1000 > Date.now());
    assert.deepEqual(await host.pairingStatus({ pairing_code: pairingCode }), { claimed: false });
    authority.registry.claim(pairingCode);
    assert.deepEqual(await host.pairingStatus({ manual_pairing_code: manualPairingCode }), { claimed: true });
    assert.equal((await host.startPairing(false)).manualPairingCode, null);
  });

  test('runs side by side: once one call has succeeded, no call waits for another', async (t) => {
    const { authority, host } = await connectedHost(t);
    const all = Promise.withResolvers<void>();
    authority.script('pair', [answer.healthy(), ...Array(19).fill(answer.healthy({ after: all.promise }))]);
    const calls = Array.from({ length: 20 }, () => host.startPairing(false));
    await authority.waitForRequests('pair', 20);
    all.resolve();
    assert.equal((await Promise.all(calls)).length, 20);
  });

  test('sends one call ahead of all others, and none after it if it fails', async (t) => {
    const { authority, host } = await connectedHost(t);
    const released = Promise.withResolvers<void>();
    authority.set('pair', answer.reply(503, { after: released.promise }));
    const calls = Array.from({ length: 20 }, () => assert.rejects(host.startPairing(false), isDeferred));
    await authority.waitForRequests('pair', 1);
    released.resolve();
    await Promise.all(calls);
    assert.equal(authority.counts('pair'), 1);
  });

  test('after a 401 gets one new token for all, and tries once more', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { clock });
    await clock.advance(20_000);
    await host.startPairing(false);
    const released = Promise.withResolvers<void>();
    authority.script('pair', Array(5).fill(answer.reply(401, { after: released.promise })));
    const calls = Array.from({ length: 5 }, () => host.startPairing(false));
    await authority.waitForRequests('pair', 6);
    released.resolve();
    await Promise.all(calls);
    assert.equal(authority.counts('pair'), 11);
    assert.equal(authority.counts('refresh'), 1);
  });

  for (const [what, how] of Object.entries({ 401: answer.reply(401), 403: answer.reply(403) })) {
    test(`of a relay that answers ${what} to every token costs two calls, and the link keeps its token`, async (t) => {
      const clock = new ManualClock(Date.now());
      const { authority, host, link } = await connectedHost(t, { clock });
      await clock.advance(20_000);
      authority.set('pair', how);
      await Promise.all(Array.from({ length: 20 }, () => assert.rejects(host.startPairing(false), isDeferred)));
      assert.equal(authority.counts('pair'), 2);
      assert.equal(authority.counts('refresh'), 1);
      await clock.advance(40_000);
      await assert.rejects(host.startPairing(false), isDeferred);
      assert.equal(authority.counts('refresh'), 1, 'it is not believed a third time');
      link.cut();
      assert.equal((await linkOf(authority, clock, 2)).credential, 'token-2');
    });
  }

  test('after a 404 enrolls once, and a second 404 holds pairing back', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    await clock.advance(20_000);
    authority.set('pair', answer.notFound('json'));
    await Promise.all(Array.from({ length: 10 }, () => assert.rejects(host.startPairing(false), isDeferred)));
    assert.equal(authority.counts('pair'), 2);
    assert.equal(authority.counts('enroll'), 2);
    link.cut();
    assert.equal((await linkOf(authority, clock, 2)).credential, 'token-2');
  });

  test('is held back longer with each failure in a row, and after a restart of the host too', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, dataDir } = await connectedHost(t, { clock });
    authority.set('pair', answer.reply(503));
    const waits: number[] = [];
    const fail = async (of: Host) => {
      const error = await of.startPairing(false).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof GateError && error.retryAt !== null);
      waits.push(error.retryAt - clock.wall());
    };
    await fail(host);
    await host.close();
    const again = makeHost(t, authority, { dataDir, clock }).host;
    await assert.rejects(again.startPairing(false), {
      message: /^Not asked: pairing failed before .*Next try in 24 s\.$/,
    });
    await clock.advance(24_000);
    await fail(again);
    assert.deepEqual(waits, [24_000, 48_000]);
    assert.equal(authority.counts('pair'), 2);
  });

  test('waits out a Retry-After locally, while the link comes back at once', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    authority.script('pair', [answer.reply(429, { retryAfter: 60 })]);
    await assert.rejects(host.startPairing(false), isDeferred);
    await assert.rejects(host.startPairing(false), { message: /^Not asked: .*429.*Next try in 60 s\.$/ });
    assert.equal(authority.counts('pair'), 1);
    link.cut();
    await linkOf(authority, clock, 2);
    await clock.advance(60_000);
    await host.startPairing(false);
    assert.equal(authority.counts('pair'), 2);
  });

  for (const [what, how] of Object.entries({
    'a malformed answer': answer.malformed(),
    'an answer for another server': answer.foreignIds(),
    'a code that expired long ago': answer.expiresAt('2020-01-01T00:00:00Z'),
    'an answer that lacks a member': answer.healthy({ body: { pairing_code: 7 } }),
    "a gateway's 404": answer.notFound('html'),
    'a reset connection': answer.reset(),
    'a redirect': answer.redirect('http://127.0.0.1:1/'),
  })) {
    test(`holds back further calls after ${what}`, async (t) => {
      const clock = new ManualClock(Date.now());
      const { authority, host } = await connectedHost(t, { clock });
      authority.script('pair', [how]);
      await assert.rejects(host.startPairing(false), (error) => {
        assert.ok(error instanceof GateError && error.retryAt !== null);
        const wait = error.retryAt - clock.wall();
        assert.ok(wait >= 24_000 && wait <= 36_000, `${wait} ms`);
        return true;
      });
      await assert.rejects(host.startPairing(false), isDeferred);
      assert.equal(authority.counts('pair'), 1);
      assert.equal(authority.counts('enroll'), 1);
    });
  }

  test("takes a wrong code for its caller's mistake: nobody else is held back", async (t) => {
    const { authority, host } = await connectedHost(t);
    await assert.rejects(host.pairingStatus({ pairing_code: 'not a code of ours' }), /404.*Pairing code not found/);
    await host.startPairing(false);
    assert.equal(authority.counts('enroll'), 1);
    assert.equal(authority.counts('refresh'), 0);
  });

  test('is given up when the host closes', async (t) => {
    const { authority, host } = await connectedHost(t);
    authority.set('pair', answer.hang());
    const call = host.startPairing(false);
    await authority.waitForRequests('pair', 1);
    const refused = assert.rejects(call, /The host is stopping/);
    await host.close();
    await refused;
  });
});

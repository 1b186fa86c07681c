import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, ManualClock } from '@holdfast/testkit';
import { PairingError } from '../src/pairing.ts';
import { connectedHost, linkOf } from './harness.ts';

const isDeferred = (error: unknown) => error instanceof PairingError && error.retryAt !== null;

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

  test('runs side by side: no call waits for another', async (t) => {
    const { authority, host } = await connectedHost(t);
    const all = Promise.withResolvers<void>();
    authority.set('pair', answer.healthy({ after: all.promise }));
    const calls = Array.from({ length: 20 }, () => host.startPairing(false));
    await authority.waitForRequests('pair', 20);
    all.resolve();
    assert.equal((await Promise.all(calls)).length, 20);
  });

  test('after a 401 gets one new token for all, and tries once more', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { clock });
    await clock.advance(20_000);
    authority.script(
      'pair',
      Array.from({ length: 5 }, () => answer.reply(401)),
    );
    await Promise.all(Array.from({ length: 5 }, () => host.startPairing(false)));
    assert.equal(authority.counts('pair'), 10);
    assert.equal(authority.counts('refresh'), 1);
  });

  test('after a 404 enrolls once, and a second 404 holds pairing back', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host } = await connectedHost(t, { clock });
    await clock.advance(20_000);
    authority.set('pair', answer.notFound('json'));
    for (let call = 0; call < 10; call += 1) await assert.rejects(host.startPairing(false));
    assert.equal(authority.counts('pair'), 2);
    assert.equal(authority.counts('enroll'), 2);
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
        assert.ok(error instanceof PairingError && error.retryAt !== null);
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

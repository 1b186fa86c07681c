import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type Answer, answer, ManualClock } from '@holdfast/testkit';
import { authorityFor, connectedHost, eventually, linkOf, makeHost, statusOf } from './harness.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Of a token; the window in which it is renewed is the last third. */
const LIFE_SECONDS = 300;

const grants: Record<string, Answer> = {
  'whose token no header could carry': answer.healthy({ body: { remote_control_token: 'line\r\nbreak' } }),
  'whose token is empty': answer.healthy({ body: { remote_control_token: '' } }),
  'whose token is longer than a header may be': answer.healthy({ body: { remote_control_token: 'x'.repeat(9_000) } }),
  'whose token is not text': answer.healthy({ body: { remote_control_token: { toString: 1 } } }),
  'about another server': answer.foreignIds(),
  'with ids that no path could carry': answer.healthy({ body: { server_id: 'a b\n', environment_id: '' } }),
  'that has expired': answer.expiresAt('2020-01-01T00:00:00Z'),
  'that expires at no moment': answer.expiresAt('2030-13-45T99:00:00Z'),
  'that expires at a number': answer.expiresAt(4_102_444_800),
  'that is a redirect': answer.redirect('http://127.0.0.1:1/elsewhere'),
  "that is a gateway's page": answer.reply(200, {
    body: '<html>Welcome to the guest network</html>',
    headers: { 'content-type': 'text/html' },
  }),
  'that is no JSON': answer.malformed(),
  'that is larger than an answer may be': answer.reply(200, { body: { filler: 'x'.repeat(80_000) } }),
  'that is a list': answer.reply(200, { body: [] }),
  'that is nothing': answer.reply(204),
};

/** A host whose token enters its renewal window, with the refresh answered so. */
async function hostInWindow(t: TestContext, refresh: Answer) {
  const clock = new ManualClock(Date.now());
  const authority = await authorityFor(t, { tokenLifeSeconds: LIFE_SECONDS });
  const { host } = makeHost(t, authority, { clock });
  host.start();
  const link = await authority.waitForLink();
  authority.set('refresh', refresh);
  await clock.advance((LIFE_SECONDS * SECOND * 2) / 3 + SECOND);
  return { authority, clock, host, link };
}

describe('an answer to refresh', () => {
  for (const [what, refresh] of Object.entries(grants)) {
    test(`${what} is a failure: the valid token stays, and the next try has a moment`, async (t) => {
      const { authority, clock, host, link } = await hostInWindow(t, refresh);
      await statusOf(host, ({ lease }) => lease.counts.failed > 0 && lease.retryAt !== null);
      link.cut();
      assert.equal((await linkOf(authority, clock, 2)).credential, 'token-1');
      await statusOf(host, ({ status }) => status === 'connected');
      assert.equal(authority.counts('refresh'), host.status().lease.counts.failed, 'none beside those that failed');
      assert.match(host.status().reason, /^Connected\. Renewing the server token fails: .*; next try in \d+ s\.$/);
    });
  }

  test('whose body does not end is one, after 30 s', async (t) => {
    const { authority, clock, host } = await hostInWindow(t, answer.stall());
    await authority.waitForRequests('refresh', 1);
    await clock.advance(30_000);
    await statusOf(host, ({ lease }) => lease.counts.failed > 0 && lease.retryAt !== null);
    assert.equal(host.status().status, 'connected');
  });
});

describe('an answer to enroll', () => {
  for (const [what, enroll] of Object.entries(grants)) {
    // before it has enrolled there is no other server; and ids that came with an expired token are good
    if (what === 'about another server' || what === 'that has expired') continue;
    test(`${what} makes nobody of the host, and the next try has a moment`, async (t) => {
      const clock = new ManualClock(Date.now());
      const authority = await authorityFor(t);
      authority.set('enroll', enroll);
      const { host } = makeHost(t, authority, { clock });
      host.start();
      await statusOf(host, ({ status, lease }) => status === 'errored' && lease.retryAt !== null);
      assert.equal(host.status().environmentId, null);
      authority.set('enroll', answer.healthy());
      await clock.advance(40_000);
      await statusOf(host, ({ status }) => status === 'connected');
    });
  }
});

describe('a cursor', () => {
  for (const [what, cursor] of Object.entries({
    'with a line break': 'cursor-2\r\nx-evil: 1',
    'with a sign that is not ASCII': 'cursor-é',
    'longer than one may be': 'c'.repeat(513),
  })) {
    test(`${what} is not kept: the link goes on from the last good one`, async (t) => {
      const { authority, link } = await connectedHost(t);
      const stream = authority.openStream();
      stream.send({ id: 1, method: 'initialize' }, { cursor: 'cursor-1' });
      stream.send({ id: 2, method: 'echo' }, { cursor });
      stream.send({ id: 3, method: 'echo' });
      await authority.waitFor(() => stream.messages.some(({ id }) => id === 3));
      link.cut();
      assert.equal((await authority.waitForLink(2)).cursor, 'cursor-1');
    });
  }
});

describe('a token that expires while nothing can renew it', () => {
  test('is not sent again: the link waits for the next one', async (t) => {
    const { authority, clock, host, link } = await hostInWindow(t, answer.reply(503, { retryAfter: 600 }));
    await clock.advance(LIFE_SECONDS * SECOND);
    link.cut();
    await eventually(() => {
      void clock.advance(0);
      return host.status().link.state === 'waiting-for-token';
    });
    const handshakes = authority.counts('websocket');
    await clock.advance(5 * MINUTE);
    assert.equal(authority.counts('websocket'), handshakes);
    assert.match(host.status().reason, /^No server token: .*503.*; next try in \d+ s\.$/);
    authority.set('refresh', answer.healthy());
    await clock.advance(10 * MINUTE);
    await statusOf(host, ({ status }) => status === 'connected');
    assert.notEqual(authority.link?.credential, 'token-1');
    assert.ok(
      authority
        .requestsTo('websocket')
        .slice(handshakes)
        .every(({ credential }) => credential !== 'token-1'),
    );
  });
});

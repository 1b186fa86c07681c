import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type Authority, type AuthorityOptions, answer, startAuthority } from '@holdfast/testkit';
import { places } from '../../packages/cli/src/places.ts';
import { eventually, type HostProcess, rejectionOf, startHost, tempDir } from './support/host-process.ts';

async function authorityFor(t: TestContext, options: AuthorityOptions = {}): Promise<Authority> {
  const authority = await startAuthority(options);
  t.after(() => authority.close());
  return authority;
}

/** A host that has its account from `holdfast login`'s file, and what writes that file. */
function loggedInHost(
  t: TestContext,
  authority: Authority,
  accountToken: string,
): { host: HostProcess; login: (token: string) => void } {
  const home = tempDir(t);
  const path = places.account(home, authority.base);
  const login = (token: string) =>
    writeFileSync(path, JSON.stringify({ accountId: 'account-1', accountToken: token }), { mode: 0o600 });
  mkdirSync(dirname(path), { recursive: true });
  login(accountToken);
  const host = startHost(t, { relay: authority.base, env: { HOLDFAST_HOME: home } });
  return { host, login };
}

describe('a token that is refused', { concurrency: true }, () => {
  test('is replaced by one refresh, however many callers were refused at once', async (t) => {
    const authority = await authorityFor(t);
    const host = startHost(t, { relay: authority.base });
    await authority.waitForLink(1);
    await eventually(
      'a token that is no longer a fresh one',
      async () => Date.now() - Date.parse((await host.status()).link.since) > 11_000,
    );
    authority.registry.revokeTokens();
    await Promise.all(Array.from({ length: 20 }, () => host.pair()));
    assert.equal(authority.counts('refresh'), 1, 'twenty 401s, one refresh');
    authority.link?.cut();
    const link = await authority.waitForLink(2);
    assert.equal(link.credential, 'token-2', 'the newer token survived all of them');
    assert.equal(authority.counts('refresh'), 1);
  });

  test('at the handshake, right after it was minted, does not start a storm', async (t) => {
    const authority = await authorityFor(t);
    authority.set('websocket', answer.reply(401));
    const host = startHost(t, { relay: authority.base });
    const { lease } = await host.until('a deadline', ({ lease }) => lease.retryAt !== null);
    const wait = Date.parse(lease.retryAt ?? '') - Date.now();
    assert.ok(wait > 20_000 && wait <= 36_000, `the deadline lies ${wait} ms ahead`);
    assert.equal(authority.counts('enroll') + authority.counts('refresh'), 1);
    assert.equal(authority.counts('websocket'), 1);
  });
});

describe('account credentials that are refused', { concurrency: true }, () => {
  test('are read again, once; unchanged, the host waits for a change, says so, and then goes on', async (t) => {
    const authority = await authorityFor(t, { accountToken: 'right' });
    const { host, login } = loggedInHost(t, authority, 'wrong');
    const { reason, status } = await host.until('the refusal', ({ reason }) => /waiting for a change/i.test(reason));
    assert.equal(status, 'errored');
    assert.match(reason, /401/);
    await Promise.all(Array.from({ length: 20 }, () => rejectionOf(host.pair())));
    assert.equal(authority.counts('enroll'), 1, 'nothing is sent while they are the same');
    login('right');
    await authority.waitForLink(1);
    assert.equal(authority.counts('enroll'), 2);
  });

  test('that changed meanwhile are tried once more, at once', async (t) => {
    const authority = await authorityFor(t, { accountToken: 'right' });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    authority.script('enroll', [answer.reply(403, { after: released })]);
    const { host, login } = loggedInHost(t, authority, 'wrong');
    await authority.waitForRequests('enroll', 1);
    login('right');
    release();
    await authority.waitForLink(1);
    assert.equal(authority.counts('enroll'), 2);
    assert.equal((await host.status()).lease.retryAt, null);
  });
});

describe('a server that the relay no longer knows', { concurrency: true }, () => {
  test('enrolls again, once, however many ask', async (t) => {
    const authority = await authorityFor(t);
    const host = startHost(t, { relay: authority.base });
    const first = await authority.waitForLink(1);
    await eventually(
      'a token that is no longer a fresh one',
      async () => Date.now() - Date.parse((await host.status()).link.since) > 11_000,
    );
    authority.registry.forgetServers();
    await Promise.all(Array.from({ length: 20 }, () => host.pair().catch(() => {})));
    await eventually('pairing to work', () =>
      host.pair().then(
        () => true,
        () => false,
      ),
    );
    assert.equal(authority.counts('enroll'), 2, 'the first and one more');
    first.cut();
    await authority.waitForLink(2);
    assert.equal(authority.counts('enroll'), 2);
  });
});

import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { environmentCredentials, fileCredentials } from '../src/index.ts';
import { ACCOUNT, authorityFor, makeHost, statusOf, temporaryFolder } from './harness.ts';

function accountFile(t: TestContext, content: string = JSON.stringify(ACCOUNT)): string {
  const path = join(temporaryFolder(t), 'account.json');
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

describe('credentials of the environment', () => {
  test('are both variables', () => {
    const env = { HOLDFAST_ACCOUNT_ID: 'id', HOLDFAST_ACCOUNT_TOKEN: 'token' };
    assert.deepEqual(environmentCredentials(env)?.read(), { accountId: 'id', accountToken: 'token' });
    assert.equal(environmentCredentials({}), null);
  });

  test('are refused when one is missing or no header could carry it, without being quoted', () => {
    for (const env of [
      { HOLDFAST_ACCOUNT_TOKEN: 'secret' },
      { HOLDFAST_ACCOUNT_ID: 'secret' },
      { HOLDFAST_ACCOUNT_ID: 'id', HOLDFAST_ACCOUNT_TOKEN: 'secret\n' },
    ]) {
      assert.throws(
        () => environmentCredentials(env),
        (error: Error) => /must both be set/.test(error.message) && !error.message.includes('secret'),
      );
    }
  });
});

describe('credentials of a file', () => {
  test('are read anew each time; a missing file holds none', (t) => {
    const path = accountFile(t);
    const source = fileCredentials(path);
    assert.deepEqual(source.read(), ACCOUNT);
    rmSync(path);
    assert.equal(source.read(), null);
  });

  test('are refused when others can read them', (t) => {
    const path = accountFile(t);
    chmodSync(path, 0o644);
    assert.throws(() => fileCredentials(path).read(), {
      message: `${path} can be read by others; run: chmod 600 ${path}`,
    });
  });

  test('are refused when malformed, without being quoted', (t) => {
    for (const content of [
      '{"accountToken":"secret"',
      '"secret"',
      '{"accountId":"a","accountToken":"secret \\n"}',
      '',
    ]) {
      assert.throws(
        () => fileCredentials(accountFile(t, content)).read(),
        (error: Error) => /holdfast login/.test(error.message) && !error.message.includes('secret'),
      );
    }
  });
});

describe('an account that the relay refuses', () => {
  test('stops all requests until the file changes, and the status says so', async (t) => {
    const path = accountFile(t);
    const authority = await authorityFor(t, { accountToken: 'the-good-token' });
    const { host } = makeHost(t, authority, { credentials: fileCredentials(path) });
    host.start();
    const status = await statusOf(host, (now) => now.reason.includes(`Waiting for a change of ${path}`) && now);
    assert.equal(status.status, 'errored');
    assert.match(status.reason, /was answered with 401/);
    await assert.rejects(host.startPairing(false), { code: 'ERR_LEASE_UNAUTHORIZED' });
    assert.equal(authority.counts('enroll'), 1);
    writeFileSync(path, JSON.stringify({ ...ACCOUNT, accountToken: 'the-good-token' }));
    await authority.waitForLink();
    assert.equal(authority.counts('enroll'), 2);
  });

  test('is tried once more when its file has changed already', async (t) => {
    const path = accountFile(t);
    const authority = await authorityFor(t, { accountToken: 'the-good-token' });
    const held = Promise.withResolvers<void>();
    authority.script('enroll', [answer.reply(401, { after: held.promise })]);
    const source = { ...fileCredentials(path), watch: () => () => {} };
    const { host } = makeHost(t, authority, { credentials: source });
    host.start();
    await authority.waitForRequests('enroll', 1);
    writeFileSync(path, JSON.stringify({ ...ACCOUNT, accountToken: 'the-good-token' }));
    held.resolve();
    await authority.waitForLink();
    assert.equal(authority.counts('enroll'), 2);
  });

  test('that was missing is noticed when it comes, even if it is the one from before', async (t) => {
    const path = accountFile(t);
    rmSync(path);
    const authority = await authorityFor(t);
    const { host } = makeHost(t, authority, { credentials: fileCredentials(path) });
    host.start();
    await statusOf(host, ({ reason }) => reason.includes('there are no account credentials'));
    assert.equal(authority.requests.length, 0);
    writeFileSync(path, JSON.stringify(ACCOUNT), { mode: 0o600 });
    await authority.waitForLink();
  });
});

describe('another account', () => {
  test('is another identity: the link is made anew, and the streams of the former end', async (t) => {
    const path = accountFile(t);
    const authority = await authorityFor(t);
    const { host } = makeHost(t, authority, { credentials: fileCredentials(path) });
    host.start();
    const former = await authority.waitForLink();
    const stream = authority.openStream();
    await stream.request('initialize');
    writeFileSync(path, JSON.stringify({ accountId: 'account-2', accountToken: 'another' }));
    const link = await authority.waitForLink(2);
    assert.notEqual(link.serverId, former.serverId);
    assert.equal(former.open, false);
    assert.deepEqual(host.status().streams, []);
    writeFileSync(path, JSON.stringify(ACCOUNT));
    assert.equal((await authority.waitForLink(3)).serverId, former.serverId);
    assert.equal(authority.counts('enroll'), 2);
  });
});

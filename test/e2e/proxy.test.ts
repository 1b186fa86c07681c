import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { TEST_CA_FILE } from '@holdfast/testkit';
import { PROXIED_RELAY, startBehindProxy } from './support/behind-proxy.ts';
import { eventually, startHost, tempDir } from './support/host-process.ts';
import { AttachProcess, finish } from './support/programs.ts';

const credentials = 'me:p%40ss-canary';

describe('a network that is left through a proxy alone', { concurrency: true }, () => {
  test('login, host, pairing and attach go through it, and come back when it was cut', async (t) => {
    const { proxy, account } = await startBehindProxy(t, { credentials });
    const env = { HOLDFAST_HOME: tempDir(t), HTTPS_PROXY: proxy.url };
    const trust = ['--ca-file', TEST_CA_FILE];
    const login = await finish(t, ['login', '--relay', PROXIED_RELAY, ...trust], {
      env,
      input: account.HOLDFAST_ACCOUNT_TOKEN,
    });
    assert.equal(login.code, 0, login.stderr);

    const agent = [process.execPath, join(import.meta.dirname, 'support', 'counting-agent.ts')];
    const host = startHost(t, { relay: PROXIED_RELAY, env, agent, more: trust });
    await host.until('the link', ({ status }) => status === 'connected');
    const { manualPairingCode } = (await host.pair()) as { manualPairingCode: string };
    const attach = new AttachProcess(
      t,
      ['--relay', PROXIED_RELAY, '--code', manualPairingCode, '--data', tempDir(t), ...trust],
      env,
    );
    await attach.request('initialize', { clientInfo: { name: 'test', version: '1' } });
    assert.deepEqual(await attach.request('count', {}), { received: 1 });

    proxy.behaviour = 403;
    proxy.cutAll();
    await eventually('attach to say why', () => attach.program.stderr().includes('403 Forbidden'));
    const before = proxy.opened.length;
    proxy.behaviour = 'open';
    assert.deepEqual(await attach.request('count', {}), { received: 2 });
    assert.ok(proxy.opened.length >= before + 2, 'both came back through the proxy');
    assert.deepEqual([...new Set(proxy.opened)], ['relay.test:443']);
    assert.deepEqual([...new Set(proxy.refused), proxy.others], ['relay.test:443 403', []]);
  });

  test('NODE_EXTRA_CA_CERTS does what --ca-file does', async (t) => {
    const { proxy, account } = await startBehindProxy(t, { secure: true });
    const env = { ...account, https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: TEST_CA_FILE };
    const host = startHost(t, { relay: PROXIED_RELAY, env });
    await host.until('the link', ({ status }) => status === 'connected');
  });

  test('what the proxy answers is told, and its password is not', async (t) => {
    const { proxy, account } = await startBehindProxy(t, { credentials });
    const env = { ...account, HTTPS_PROXY: proxy.url.replace('p%40ss', 'wrong') };
    const host = startHost(t, { relay: PROXIED_RELAY, env, more: ['--ca-file', TEST_CA_FILE, '--log-level', 'trace'] });
    const { reason } = await host.until('a failure', ({ status }) => status === 'errored');
    assert.match(
      reason,
      /The proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\).* 407 .*does not accept the user and password/,
    );
    await eventually('it to be logged', () => host.process.stderr().includes('407'));
    assert.doesNotMatch(host.process.stderr() + reason, /canary/);
    const login = await finish(t, ['login', '--relay', PROXIED_RELAY], { env, input: 'hfa_token' });
    assert.equal(login.code, 69);
    assert.match(login.stderr, /407/);
    assert.doesNotMatch(login.stderr, /canary/);
  });

  test('a host that is told to stop does, while its proxy hangs', async (t) => {
    const { proxy, account } = await startBehindProxy(t);
    proxy.behaviour = 'hang';
    const host = startHost(t, { relay: PROXIED_RELAY, env: { ...account, HTTPS_PROXY: proxy.url } });
    await host.until('the request', ({ lease }) => lease.counts.started === 1);
    host.process.kill('SIGTERM');
    assert.equal(await host.process.exited, 0);
  });

  test('a setting that cannot be right is refused at once', async (t) => {
    const login = (env: Record<string, string>, ...more: string[]) =>
      finish(t, ['login', '--relay', PROXIED_RELAY, ...more], { env, input: 'hfa_token' });
    for (const [result, words] of [
      [await login({ ALL_PROXY: 'socks5://me:canary@127.0.0.1:1080' }), /ALL_PROXY names a SOCKS proxy/],
      [await login({}, '--ca-file', join(tempDir(t), 'none.pem')), /cannot be read: ENOENT/],
    ] as const) {
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, words);
      assert.doesNotMatch(result.stderr, /canary|\n\s+at /);
    }
  });
});

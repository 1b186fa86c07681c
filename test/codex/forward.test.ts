import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { TEST_CA_FILE } from '@holdfast/testkit';
import { PROXIED_RELAY, startBehindProxy } from '../e2e/support/behind-proxy.ts';
import { tempDir } from '../e2e/support/host-process.ts';
import { AttachProcess, finish, JsonLines, run } from '../e2e/support/programs.ts';
import { connectedCodex } from './support/stock-host.ts';

test('a stock codex is a host of a relay elsewhere, by a forwarder that goes through a proxy and knows its authority', async (t) => {
  const { proxy, account } = await startBehindProxy(t, { credentials: 'me:secret' });
  const env = { ...account, HTTPS_PROXY: proxy.url };
  const trust = ['--ca-file', TEST_CA_FILE];
  const forward = run(t, ['forward', '--relay', PROXIED_RELAY, '--listen', '127.0.0.1:0', '--json', ...trust], env);
  const lines = new JsonLines(forward);
  const { url } = await lines.waitFor('it to listen', ({ event }) => event === 'listening');

  const home = join(tempDir(t), 'home');
  const to = ['--relay', PROXIED_RELAY, '--forward', new URL(String(url)).host, '--out', home, ...trust];
  const written = await finish(t, ['codex-home', ...to, '--json'], { env });
  assert.equal(written.code, 0, written.stderr);
  const codex = await connectedCodex(t, home);
  const { manualPairingCode } = (await codex.rpc('remoteControl/pairing/start', { manualCode: true })) as {
    manualPairingCode: string;
  };
  const attachArgs = ['--relay', PROXIED_RELAY, '--code', manualPairingCode, '--data', tempDir(t), ...trust];
  const attach = new AttachProcess(t, attachArgs, env);
  const { userAgent } = await attach.request('initialize', { clientInfo: { name: 'holdfast-test', version: '1' } });
  assert.match(String(userAgent), /0\.169\.0/);
  attach.send({ method: 'initialized' });
  assert.deepEqual(((await attach.request('thread/list', {})) as { data: unknown }).data, []);

  proxy.cutAll();
  const { data: threads } = await attach.request('thread/list', {}, 60_000);
  assert.deepEqual(threads, [], 'both came back, and the session went on');
  assert.deepEqual([...new Set(proxy.opened)], ['relay.test:443']);

  forward.kill('SIGTERM');
  assert.equal(await forward.exited, 0);
  await lines.waitFor('goodbye', ({ event }) => event === 'stopped');
});

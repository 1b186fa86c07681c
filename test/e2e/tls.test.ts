import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TEST_CA_FILE, testCertificate } from '@holdfast/testkit';
import { startHost, tempDir } from './support/host-process.ts';
import { AttachProcess, accountEnv, finish, JsonLines, run, startRelayProcess } from './support/programs.ts';

const env = { NODE_EXTRA_CA_CERTS: TEST_CA_FILE };

function tlsFlags(t: TestContext): string[] {
  const dir = tempDir(t);
  const { cert, key } = testCertificate('server');
  const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return ['--tls-cert', certFile, '--tls-key', keyFile];
}

test('a host and a controller reach a relay over TLS, and its certificate is looked at', async (t) => {
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data, '127.0.0.1:0', tlsFlags(t));
  assert.match(relay.url, /^https:/);
  const host = startHost(t, { relay: relay.base, env: { ...env, ...(await accountEnv(t, data)) } });
  await host.until('the link', ({ status }) => status === 'connected');
  const { manualPairingCode } = (await host.pair()) as { manualPairingCode: string };
  const args = ['--relay', relay.base, '--code', manualPairingCode, '--data', tempDir(t)];
  const stranger = await finish(t, ['attach', ...args]);
  assert.equal(stranger.code, 69, stranger.stderr);
  assert.match(stranger.stderr, /certificate/);
  const attach = new AttachProcess(t, args, env);
  attach.send({ jsonrpc: '2.0', id: 1, method: 'initialize' });
  await attach.notification('initialize'); // its agent says what it is told
});

test('`up` with TLS reaches its own relay, whatever name the certificate is for', async (t) => {
  const more = ['--public-url', 'https://relay.test', '--listen', '127.0.0.1:0', '--data', tempDir(t), '--json'];
  const lines = new JsonLines(run(t, ['up', ...tlsFlags(t), ...more], { PATH: '/usr/bin:/bin' }));
  const listening = await lines.waitFor('it to listen', ({ event }) => event === 'listening');
  const pairing = await lines.waitFor('a code', ({ event }) => event === 'pairing');
  const code = String(pairing['manualPairingCode']);
  assert.match(String(pairing['page']), /^https:\/\/relay\.test\//);
  const args = ['--relay', String(listening['base']), '--code', code, '--data', tempDir(t)];
  const attach = new AttachProcess(t, args, env);
  const { userAgent } = await attach.request('initialize', { clientInfo: { name: 'test', version: '1' } });
  assert.match(String(userAgent), /holdfast-demo-agent/);
});

test('a certificate without its key, and one that is not there, are said and nothing starts', async (t) => {
  const data = tempDir(t);
  const [flag = '', cert = ''] = tlsFlags(t);
  const alone = await finish(t, ['relay', flag, cert, '--data', data]);
  assert.deepEqual(
    [alone.code, alone.stderr],
    [2, 'holdfast: --tls-cert wants --tls-key beside it: TLS needs a certificate and its key.\n'],
  );
  const absent = await finish(t, ['relay', flag, '/nonexistent/cert.pem', '--tls-key', cert, '--data', data]);
  assert.equal(absent.code, 1);
  assert.match(
    absent.stderr,
    /^holdfast: There is no certificate file \/nonexistent\/cert\.pem\. Is --tls-cert right\?\n$/,
  );
});

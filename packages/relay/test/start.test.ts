import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { DataFolderError } from '@holdfast/data-folder';
import { mintAccountToken, RelayError, startRelay } from '../src/index.ts';
import { TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

test('a taken port is named, and what to do', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  await assert.rejects(startRelay({ dataDir: temporaryFolder(t), listen: { host: '127.0.0.1', port } }), (error) => {
    assert.ok(error instanceof RelayError);
    assert.equal(error.code, 'ERR_RELAY_PORT_TAKEN');
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} is taken`));
    assert.match(error.message, /--listen/);
    return true;
  });
});

test('a folder is free again after a start that failed', async (t) => {
  const dataDir = temporaryFolder(t);
  const listen = { host: '192.0.2.1', port: 0 };
  await assert.rejects(startRelay({ dataDir, listen, allowInsecure: true }), { code: 'ERR_RELAY_HOST_UNKNOWN' });
  await relayFor(t, { dataDir });
});

test('beyond loopback in the clear needs an explicit word', async (t) => {
  const listen = { host: '0.0.0.0', port: 0 };
  await assert.rejects(startRelay({ dataDir: temporaryFolder(t), listen }), { code: 'ERR_RELAY_IN_THE_CLEAR' });
  await relayFor(t, { listen, allowInsecure: true });
});

test('a folder that another relay holds is refused', async (t) => {
  const dataDir = temporaryFolder(t);
  await relayFor(t, { dataDir });
  await assert.rejects(startRelay({ dataDir, listen: { host: '127.0.0.1', port: 0 } }), (error) => {
    assert.ok(error instanceof DataFolderError);
    assert.equal(error.code, 'ERR_DATA_IN_USE');
    return true;
  });
});

test('an account token minted beside a running relay is taken by it; where none ever ran, it says so', async (t) => {
  const dataDir = temporaryFolder(t);
  assert.throws(() => mintAccountToken(dataDir), { code: 'ERR_DATA_MISSING' });
  const relay = await relayFor(t, { dataDir });
  const { accountId, accountToken } = mintAccountToken(dataDir);
  assert.equal(accountId, relay.accountId);
  await TestHost.enroll({ ...relay, mintAccountToken: () => accountToken });
});

test('close ends every link, can be called twice, and frees port and folder', async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const host = await TestHost.enroll(relay);
  const link = await host.link(relay.base);
  await Promise.all([relay.close(), relay.close()]);
  assert.equal((await link.untilClosed()).code, 1001);
  await relayFor(t, { dataDir, listen: { host: '127.0.0.1', port: Number(new URL(relay.url).port) } });
});

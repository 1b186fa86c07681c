import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalSocketClient } from '@holdfast/local-socket';
import { startRelay } from '../src/index.ts';
import { TestHost } from './harness/host.ts';
import { temporaryFolder } from './harness/relay.ts';

test("the operator's socket is the user's alone, answers while the relay runs, and is gone after", async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await startRelay({ dataDir, listen: { host: '127.0.0.1', port: 0 } });
  t.after(() => relay.close());
  const path = join(dataDir, 'operator.sock');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const operator = await LocalSocketClient.open(path);
  t.after(() => operator.close());
  const status = async () => {
    const { condition, links } = (await operator.call('relay/status')) as { condition: string; links: number };
    return { condition, links };
  };
  assert.deepEqual(await status(), { condition: 'ready', links: 0 });
  await (await TestHost.enroll(relay)).link(relay.base);
  assert.deepEqual(await status(), { condition: 'ready', links: 1 });
  await relay.close();
  await operator.closed;
  assert.equal(existsSync(path), false);
});

test('a relay that cannot listen leaves no socket of its operator behind', async (t) => {
  const dataDir = temporaryFolder(t);
  const listen = { host: '198.51.100.1', port: 0 }; // nobody has it: for documentation
  await assert.rejects(startRelay({ dataDir, listen, allowInsecure: true }), { code: 'ERR_RELAY_HOST_UNKNOWN' });
  assert.equal(existsSync(join(dataDir, 'operator.sock')), false);
});

test('a data folder whose path is too long for a socket is refused with what to do', async (t) => {
  const dataDir = join(temporaryFolder(t), 'x'.repeat(100));
  await assert.rejects(startRelay({ dataDir, listen: { host: '127.0.0.1', port: 0 } }), {
    code: 'ERR_RELAY_OPERATOR_SOCKET',
    message: /longer than the 103 bytes.*--data/,
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually, startHost, tempDir } from './support/host-process.ts';
import { accountEnv, finish, startRelayProcess } from './support/programs.ts';

test('a relay that is told to end takes leave and exits with 0; its host waits as it was told, and comes back to the next one', async (t) => {
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data);
  const host = startHost(t, { relay: relay.base, env: await accountEnv(t, data) });
  await host.until('the link', ({ status }) => status === 'connected');
  relay.program.kill('SIGTERM');
  assert.equal(await relay.program.exited, 0);
  const waiting = await host.until('the wait', ({ link }) => link.lastError !== null);
  assert.match(
    waiting.link.lastError ?? '',
    /closed it with 1001: the relay is stopping; retry-after=[12]$|ECONNREFUSED/,
  );
  await startRelayProcess(t, data, new URL(relay.url).host);
  await host.until('the link to be back', ({ status }) => status === 'connected');
});

test('a second signal ends it at once, whatever is under way', async (t) => {
  const relay = await startRelayProcess(t, tempDir(t), '127.0.0.1:0', ['--drain-grace', '600']);
  const slow = connect(Number(new URL(relay.url).port), '127.0.0.1').on('error', () => {});
  t.after(() => slow.destroy());
  slow.write(
    'POST /backend-api/holdfast/client/claim/start HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n',
  );
  await once(slow, 'data'); // it waits for the body now
  relay.program.kill('SIGTERM');
  await eventually('the end to begin', () =>
    fetch(`${relay.url}/readyz`).then(
      ({ status }) => status === 503,
      () => true,
    ),
  );
  relay.program.kill('SIGTERM');
  assert.equal(await relay.program.exited, 1);
});

test('how long a relay may take to end is a number of seconds', async (t) => {
  const { code, stderr } = await finish(t, ['relay', '--drain-grace', '0']);
  assert.equal(code, 2);
  assert.match(stderr, /--drain-grace.*from 1 to 600/);
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalSocketClient } from '@holdfast/local-socket';
import { startHost, tempDir } from './support/host-process.ts';
import { accountEnv, finish, startRelayProcess } from './support/programs.ts';

test('a host bears a drill: it keeps its link while refreshing fails, tells so, and comes back with its token when the link is cut', async (t) => {
  const data = tempDir(t);
  // a token that lives 36 s is due after 24: refreshing meets the drill soon, and the token is good for a while after
  const relay = await startRelayProcess(t, data, '127.0.0.1:0', ['--drills', 'operator', '--token-life', '36']);
  const drill = async (...args: string[]) => {
    const { code, stdout, stderr } = await finish(t, ['drill', ...args, '--data', data, '--json']);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as { drill: { id: string }; drills: { fault: string; met: number }[] }; // one or the other
  };
  const operator = await LocalSocketClient.open(join(data, 'operator.sock'));
  t.after(() => operator.close());
  const host = startHost(t, { relay: relay.base, env: await accountEnv(t, data) });
  const connected = await host.until('the link', ({ link }) => link.state === 'connected');
  await drill('start', '502', '--on', 'refresh', '--retry-after', '60', '--for', '120');

  const renewing = await host.until('the refresh to fail', ({ lease }) => lease.lastAnswer?.status === 502);
  assert.equal(renewing.link.since, connected.link.since, 'the link is as it was');
  assert.match(renewing.reason, /^Connected\. Renewing the server token fails: .*502/);
  assert.ok(Date.parse(String(renewing.lease.retryAt)) - Date.now() > 45_000);

  await operator.call('drill/start', { fault: 'cut-links', duration_seconds: 1 });
  const back = await host.until(
    'the link to be back',
    ({ link }) => link.state === 'connected' && link.since !== connected.link.since,
  );
  assert.equal(back.lease.generation, connected.lease.generation, 'with the token that it had');
  const { drills } = await drill('list');
  assert.equal(drills.find(({ fault }) => fault === '502')?.met, 1, 'and without another refresh');
});

test('drills that begin with a relay are read from a file; without being asked for, none can be started', async (t) => {
  const file = join(tempDir(t), 'drills.json');
  writeFileSync(file, JSON.stringify([{ fault: '503', endpoints: ['enroll'], duration_seconds: 60 }]));
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data, '127.0.0.1:0', ['--drill', file]);
  const host = startHost(t, { relay: relay.base, env: await accountEnv(t, data) });
  const { reason } = await host.until('the refusal', ({ lease }) => lease.lastAnswer?.status === 503);
  assert.match(reason, /503/);
  const refused = await finish(t, ['drill', 'start', '502', '--data', data]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /started without drills.*--drills operator/);
  assert.match((await finish(t, ['drill', 'list', '--data', data])).stdout, /503 +enroll +100 %/);
  assert.match(relay.program.stderr(), /A DRILL begins: 503 on enroll/);

  writeFileSync(file, '{"fault":"503"}');
  const wrong = await finish(t, ['relay', '--listen', '127.0.0.1:0', '--data', tempDir(t), '--drill', file]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /drills\.json: .*duration_seconds/);
});

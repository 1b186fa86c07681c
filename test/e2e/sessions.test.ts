import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tempDir } from './support/host-process.ts';
import { AttachProcess, JsonLines, run } from './support/programs.ts';

test('two attaches with the same device key are there side by side', async (t) => {
  const program = run(t, ['up', '--listen', '127.0.0.1:0', '--data', tempDir(t), '--json'], { PATH: '/usr/bin:/bin' });
  const lines = new JsonLines(program);
  const { url } = await lines.waitFor('the relay', ({ event }) => event === 'listening');
  const { manualPairingCode, environmentId } = await lines.waitFor('the code', ({ event }) => event === 'pairing');
  const data = tempDir(t);
  const first = new AttachProcess(t, ['--relay', String(url), '--code', String(manualPairingCode), '--data', data]);
  const initialize = { clientInfo: { name: 'test', version: '1' } };
  await first.request('initialize', initialize);
  const second = new AttachProcess(t, ['--relay', String(url), '--data', data, String(environmentId)]);
  await second.request('initialize', initialize);

  for (const attach of [first, second, first, second]) {
    const { thread } = await attach.request('thread/start', {});
    const { id: threadId } = thread as { id: string }; // by the demo agent's own tests
    await attach.request('turn/start', { threadId, input: [{ type: 'text', text: 'say hello' }] });
    await attach.lines.waitFor('the turn', ({ method, params }) => {
      const { threadId: of } = (params ?? {}) as { threadId?: unknown };
      return method === 'turn/completed' && of === threadId;
    });
  }
  for (const attach of [first, second]) {
    attach.program.stdin.end();
    assert.equal(await attach.program.exited, 0);
    assert.doesNotMatch(attach.program.stderr(), /Not connected/);
  }
});

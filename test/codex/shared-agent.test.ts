import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Leashed, stockCodexPath } from '@holdfast/testkit';
import { eventually, tempDir } from '../e2e/support/host-process.ts';
import { AttachProcess, JsonLines, run } from '../e2e/support/programs.ts';

const INITIALIZE = { clientInfo: { name: 'holdfast-test', title: null, version: '1' } };

/** `codex app-server` that listens, with a home of its own. */
async function codexThatListens(t: TestContext, home: string, listen: string): Promise<Leashed> {
  const codex = new Leashed(await stockCodexPath(), ['app-server', '--listen', listen], {
    env: { PATH: process.env['PATH'], HOME: home, CODEX_HOME: home, NO_COLOR: '1' },
    cwd: home,
  });
  t.after(() => codex.stop());
  return codex;
}

/** `holdfast up --agent URL`, and two programs that use it: the first pairs, the second comes with its key. */
async function twoControllers(t: TestContext, agent: string): Promise<[AttachProcess, AttachProcess]> {
  const up = run(t, ['up', '--listen', '127.0.0.1:0', '--data', tempDir(t), '--json', '--agent', agent]);
  const lines = new JsonLines(up);
  const { url } = await lines.waitFor('the relay to listen', ({ event }) => event === 'listening');
  const pairing = await lines.waitFor('a code', ({ event }) => event === 'pairing');
  const keys = tempDir(t);
  const relay = ['--relay', String(url), '--data', keys];
  const one = new AttachProcess(t, [...relay, '--code', String(pairing['manualPairingCode'])]);
  await one.request('initialize', INITIALIZE);
  const other = new AttachProcess(t, [...relay, String(pairing['environmentId'])]);
  await other.request('initialize', INITIALIZE);
  for (const controller of [one, other]) controller.send({ method: 'initialized' });
  return [one, other];
}

async function seeTheSameThreads(one: AttachProcess, other: AttachProcess): Promise<void> {
  const { thread } = (await one.request('thread/start', {})) as { thread: { id: string } };
  const { data } = await other.request('thread/loaded/list', {});
  assert.deepEqual(data, [thread.id]);
}

test('a stock codex that listens on a unix socket is one agent for all: what one starts the other sees', async (t) => {
  const home = tempDir(t);
  const path = join(home, 'codex.sock');
  const codex = await codexThatListens(t, home, `unix://${path}`);
  await eventually('codex to listen', () => existsSync(path));
  const [one, other] = await twoControllers(t, `unix://${path}`);
  await seeTheSameThreads(one, other);

  await codex.stop();
  assert.equal(await one.program.exited, 69, 'its stream is over, and it is told so');
});

test('a stock codex that listens on a port likewise', async (t) => {
  const home = tempDir(t);
  const codex = await codexThatListens(t, home, 'ws://127.0.0.1:0');
  const url = await eventually('codex to listen', () => /listening on: (ws:\S+)/.exec(codex.stderr())?.[1]);
  await seeTheSameThreads(...(await twoControllers(t, url)));
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CODEX_CREDENTIALS_PATH, startRelay } from '@holdfast/relay';
import { ManualClock, startStockCodex, writeCodexHome } from '@holdfast/testkit';
import { type EnvironmentItem, headers, paths } from '@holdfast/wire';
import { eventually, tempDir } from '../e2e/support/host-process.ts';
import { AttachProcess } from '../e2e/support/programs.ts';

/** More than the frames that a stock host may have unacked before it stops writing to everybody. */
const PROBES = 200;
const ROUND_MS = 20_000;

test('a stock codex answers more probes of the relay than its window has frames, and a controller notices none of it', async (t) => {
  const clock = new ManualClock();
  const listen = { host: '127.0.0.1', port: 0 };
  const relay = await startRelay({ dataDir: tempDir(t), listen, clock, tokenLifeMs: 30 * 24 * 3600_000 });
  t.after(() => relay.close());
  const account = { authorization: `Bearer ${relay.mintAccountToken()}`, [headers.accountId]: relay.accountId };
  const minted = await fetch(`${relay.base}/${CODEX_CREDENTIALS_PATH}`, { method: 'POST', headers: account });
  const { access_token } = (await minted.json()) as { access_token: string };
  const home = join(tempDir(t), 'home');
  await writeCodexHome({ home, base: relay.base, accountId: relay.accountId, accountToken: access_token });
  const codex = await startStockCodex({ home });
  t.after(() => codex.stop());

  const look = async (): Promise<EnvironmentItem | undefined> => {
    const answer = await fetch(`${relay.base}/${paths.environments}`, { headers: account });
    return ((await answer.json()) as { items: EnvironmentItem[] }).items[0];
  };
  await eventually('codex to be online', async () => (await look())?.online === true);
  for (let probe = 0; probe < PROBES; probe += 1) {
    const before = (await look())?.holdfast?.answered_at;
    await clock.advance(ROUND_MS);
    await eventually(`the answer to probe ${probe}`, async () => (await look())?.holdfast?.answered_at !== before);
  }
  const { manualPairingCode } = (await codex.rpc('remoteControl/pairing/start', { manualCode: true })) as {
    manualPairingCode: string;
  };
  const attach = new AttachProcess(t, ['--relay', relay.base, '--code', manualPairingCode, '--data', tempDir(t)]);
  await attach.request('initialize', { clientInfo: { name: 'holdfast-test', version: '1' } });
  attach.send({ method: 'initialized' });
  assert.deepEqual(((await attach.request('thread/list', {})) as { data: unknown }).data, []);
  assert.equal((await look())?.busy, true);
});

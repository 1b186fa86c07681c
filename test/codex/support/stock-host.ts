import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type StockCodex, startStockCodex } from '@holdfast/testkit';
import { eventually, tempDir } from '../../e2e/support/host-process.ts';
import { accountEnv, finish, type RunningRelay, startRelayProcess } from '../../e2e/support/programs.ts';

export interface StockHost {
  readonly codex: StockCodex;
  readonly relay: RunningRelay;
  /** Of the relay. */
  readonly data: string;
}

/** A stock codex with that home, once it is connected to its relay. */
export async function connectedCodex(t: TestContext, home: string): Promise<StockCodex> {
  const codex = await startStockCodex({ home });
  t.after(() => codex.stop());
  await eventually('codex to be connected', async () => {
    const { status } = (await codex.rpc('remoteControl/status/read')) as { status: string };
    return status === 'connected';
  });
  return codex;
}

/** A stock codex that is connected to a Holdfast relay, both as processes. */
export async function startStockHost(t: TestContext): Promise<StockHost> {
  const data = tempDir(t);
  const relay = await startRelayProcess(t, data);
  const home = join(tempDir(t), 'home');
  const written = await finish(t, ['codex-home', '--relay', relay.url, '--out', home, '--json'], {
    env: await accountEnv(t, data),
  });
  assert.equal(written.code, 0, written.stderr);
  const codex = await connectedCodex(t, home);
  return { codex, relay, data };
}

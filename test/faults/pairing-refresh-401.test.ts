import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { answer, startAuthority } from '@holdfast/testkit';
import { places } from '../../packages/cli/src/places.ts';
import { startHost, tempDir } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { ours, refusals, START_PATIENCE_MS, Stage, type Start, stock } from './support/subjects.ts';

const NAME = 'pairing-refresh-401';
const CALLS = 20;

/** A host that has its identity and no token yet: it has to refresh. */
async function measure(t: TestContext, start: Start): Promise<number> {
  const stage = await Stage.open(t, start);
  const { authority } = stage;
  const first = await stage.host();
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  await first.stop();
  authority.set('refresh', answer.reply(401));
  const host = await stage.host();
  const refused = await refusals(Array.from({ length: CALLS }, () => host.pair()));
  assert.equal(refused, CALLS);
  return authority.counts('refresh');
}

test(faults[NAME].fault, async (t) => {
  const refreshes = await measure(t, ours);
  assert.equal(refreshes, 1);
  await record(NAME, `refreshes: ${refreshes}`, async () => `refreshes: ${await measure(t, stock)}`);
});

test('and one more once the account has changed, which all of them can go on with', async (t) => {
  const authority = await startAuthority({ accountToken: 'first' });
  t.after(() => authority.close());
  const home = tempDir(t);
  const dir = tempDir(t);
  const path = places.account(home, authority.base);
  mkdirSync(dirname(path), { recursive: true });
  const login = (accountToken: string) =>
    writeFileSync(path, JSON.stringify({ accountId: 'account-1', accountToken }), { mode: 0o600 });
  login('first');
  const first = startHost(t, { relay: authority.base, dir, env: { HOLDFAST_HOME: home } });
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  await first.stop();
  authority.registry.accountToken = 'second';
  const host = startHost(t, { relay: authority.base, dir, env: { HOLDFAST_HOME: home } });
  assert.equal(await refusals(Array.from({ length: CALLS }, () => host.pair())), CALLS);
  assert.equal(authority.counts('refresh'), 1);
  login('second');
  await authority.waitForLink(2, { timeoutMs: START_PATIENCE_MS });
  assert.equal(await refusals(Array.from({ length: CALLS }, () => host.pair())), 0);
  assert.equal(authority.counts('refresh'), 2);
});

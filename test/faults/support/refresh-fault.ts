import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Answer, startAuthority } from '@holdfast/testkit';
import { startHost } from '../../e2e/support/host-process.ts';
import { START_PATIENCE_MS, Stage, stock, timeToReconnect } from './subjects.ts';

/** A reconnect at once takes a second at most; so much later it is none, however busy the machine. */
export const AT_ONCE_MS = 12_000;

/** The renewal window is the last third of this life: it opens after 32 s, and leaves 16. */
const LIFE_SECONDS = 48;
/** The stock binary renews in the last 5 minutes, so that this life is all window. */
const STOCK_LIFE_SECONDS = 240;

/** Our host, its token in the renewal window, under a refresh that fails so: how long its link takes to come back. */
export async function reconnectWhileRefreshFails(t: TestContext, refresh: Answer): Promise<number> {
  const authority = await startAuthority({ tokenLifeSeconds: LIFE_SECONDS });
  t.after(() => authority.close());
  const host = startHost(t, { relay: authority.base });
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.set('refresh', refresh);
  await host.until('the renewal window', ({ lease }) => lease.state === 'due' || lease.counts.failed > 0, 60_000);
  const ms = await timeToReconnect(authority, link, AT_ONCE_MS);
  assert.ok(ms !== null, `the link was not back within ${AT_ONCE_MS} ms`);
  assert.equal(authority.link?.credential, 'token-1');
  await authority.waitForRequests('refresh', 1, { timeoutMs: START_PATIENCE_MS });
  if (refresh.kind !== 'hang' && refresh.kind !== 'stall')
    await host.until('a deadline', ({ lease }) => lease.retryAt !== null);
  assert.equal(authority.counts('refresh'), 1);
  return ms;
}

/** The stock binary likewise; null: it was not back in time. */
export async function stockReconnectWhileRefreshFails(
  t: TestContext,
  refresh: Answer,
  patienceMs: number,
): Promise<number | null> {
  const stage = await Stage.open(t, stock, { tokenLifeSeconds: STOCK_LIFE_SECONDS });
  const { authority } = stage;
  await stage.host();
  const link = await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  authority.set('refresh', refresh);
  return timeToReconnect(authority, link, patienceMs);
}

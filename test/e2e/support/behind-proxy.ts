import type { TestContext } from 'node:test';
import { type ConnectProxy, type ConnectProxyOptions, startConnectProxy, startTlsFront } from '@holdfast/testkit';
import { tempDir } from './host-process.ts';
import { accountEnv, type RunningRelay, startRelayProcess } from './programs.ts';

/** A name that nobody knows but the proxy. */
export const PROXIED_RELAY = 'https://relay.test';

export interface BehindProxy {
  readonly relay: RunningRelay;
  readonly relayData: string;
  readonly proxy: ConnectProxy;
  readonly account: { readonly HOLDFAST_ACCOUNT_ID: string; readonly HOLDFAST_ACCOUNT_TOKEN: string };
}

/** A relay that is reached at `PROXIED_RELAY` alone: by TLS with a certificate of the test authority, through a proxy. */
export async function startBehindProxy(
  t: TestContext,
  options: Omit<ConnectProxyOptions, 'routes'> = {},
): Promise<BehindProxy> {
  const relayData = tempDir(t);
  const relay = await startRelayProcess(t, relayData, '127.0.0.1:0', ['--public-url', PROXIED_RELAY]);
  const front = await startTlsFront(Number(new URL(relay.url).port));
  t.after(() => front.close());
  const proxy = await startConnectProxy({ ...options, routes: { 'relay.test:443': front.port } });
  t.after(() => proxy.close());
  return { relay, relayData, proxy, account: await accountEnv(t, relayData) };
}

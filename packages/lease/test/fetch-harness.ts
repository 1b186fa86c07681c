import type { TestContext } from 'node:test';
import { type LeasedFetchOptions, leasedFetch } from '../src/index.ts';
import { MINUTE, setup } from './harness.ts';
import { type LocalServer, listen } from './http-server.ts';

/** An API that takes the tokens it is told to take, a lease for them, and a fetch between the two. */
export async function api(t: TestContext, options: Partial<LeasedFetchOptions> = {}) {
  const server = await listen(t);
  const context = setup();
  t.after(() => context.lease.close());
  const call = leasedFetch(context.lease, { origins: [server.origin], ...options });
  return { ...context, server, call };
}

/** From now on the API refuses these tokens. */
export function refuse(server: LocalServer, ...tokens: string[]): void {
  server.answer = ({ headers, body }, response) => {
    const refused = tokens.some((token) => headers.authorization === `Bearer ${token}`);
    response.writeHead(refused ? 401 : 200).end(refused ? 'who are you?' : `${headers.authorization} ${body}`);
  };
}

/** Tokens used seconds after they were minted are not renewed; these were minted a while ago. */
export async function withOldToken(context: Awaited<ReturnType<typeof api>>): Promise<void> {
  await context.lease.acquire();
  await context.clock.advance(MINUTE);
}

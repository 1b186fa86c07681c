import { Hono } from 'hono';
import type { Services } from '../services.ts';
import { requireAccount } from './credentials.ts';

/** Where the credentials of a stock codex are minted, under the base (docs/protocol.md §8). */
export const CODEX_CREDENTIALS_PATH = 'holdfast/account/codex-credentials';

export function accountRoutes(services: Services): Hono {
  return new Hono().post(CODEX_CREDENTIALS_PATH, async (c) => {
    const account = await requireAccount(services, (name) => c.req.header(name));
    return c.json(await services.accounts.mintCodexCredentials(account));
  });
}

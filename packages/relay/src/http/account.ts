import { Hono } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import type { Services } from '../services.ts';
import { requireAccount, requireBearer } from './credentials.ts';

/** Where the credentials of a stock codex are minted, under the base (docs/protocol.md §8). */
export const CODEX_CREDENTIALS_PATH = 'holdfast/account/codex-credentials';

/** Where a login learns whose token it has (docs/protocol.md §8). */
const ACCOUNT_PATH = 'holdfast/account';

export function accountRoutes(services: Services): Hono {
  return new Hono()
    .get(ACCOUNT_PATH, async (c) => {
      const { accountId } = await requireBearer(services, (name) => c.req.header(name));
      return c.json({ account_id: accountId });
    })
    .post(CODEX_CREDENTIALS_PATH, async (c) => {
      const account = await requireAccount(services, (name) => c.req.header(name));
      const { address } = peerOfRequest(services.guard, c);
      const credentials = await services.accounts.mintCodexCredentials(account);
      services.audit.record({ event: 'codex_credentials_made', address });
      return c.json(credentials);
    });
}

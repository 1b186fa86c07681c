import { headers } from '@holdfast/wire';
import type { Account, Accounts } from '../accounts.ts';
import type { Devices } from '../devices.ts';
import type { RequestRate } from '../entrance/request-rate.ts';
import type { Server, Servers } from '../servers.ts';
import type { KnownToken, Tokens } from '../tokens.ts';
import { Failure, serverNotFound } from './failure.ts';
import { requireOwnClient } from './own.ts';

/** One header of a request, by its lower-case name. */
export type HeaderOf = (name: string) => string | undefined;

export interface Credentials {
  readonly accounts: Accounts;
  readonly accountRequests: RequestRate;
  readonly servers: Servers;
  readonly serverTokens: Tokens;
  readonly clientTokens: Tokens;
  readonly devices: Devices;
}

export function bearerOf(value: string | undefined): string | null {
  const match = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(value ?? '');
  return match?.[1] ?? null;
}

/** The account of the bearer, whichever it says it is. @throws Failure 401, or 429 when the account asks too often */
export async function requireBearer({ accounts, accountRequests }: Credentials, header: HeaderOf): Promise<Account> {
  const bearer = bearerOf(header('authorization'));
  const account = bearer === null ? null : await accounts.authenticate(bearer);
  if (account === null) throw accountRefused();
  const retryAfterMs = accountRequests.take(account.accountId);
  if (retryAfterMs > 0) {
    throw new Failure(429, 'too_many_requests', 'Too many requests come with tokens of this account; slow down.', {
      retryAfterMs,
    });
  }
  return account;
}

/** The account was there when the request came; it may have been removed while its body was read. @throws Failure 401 */
export function requireStill({ accounts }: Pick<Credentials, 'accounts'>, accountId: string): void {
  if (accounts.get(accountId) === null) throw accountRefused();
}

const accountRefused = (): Failure =>
  new Failure(
    401,
    'account_token_refused',
    'The account token is missing or not one of this relay. `holdfast account token --data DIR`, run where the relay is, makes one.',
  );

/** @throws Failure 401 or 403 */
export async function requireAccount(credentials: Credentials, header: HeaderOf): Promise<Account> {
  const account = await requireBearer(credentials, header);
  if (header(headers.accountId) !== account.accountId) {
    throw new Failure(
      403,
      'account_mismatch',
      `${headers.accountId} is missing or names another account than the token's.`,
    );
  }
  return account;
}

/**
 * The server_id of the host whose token it is. One look-up where all is well: a token goes with its host.
 *
 * @throws Failure 401, or 404 when the server was deleted
 */
export function requireServerId({ serverTokens, servers }: Credentials, header: HeaderOf): string {
  const bearer = bearerOf(header('authorization'));
  const known = bearer === null ? null : serverTokens.find(bearer);
  const claimed = header(headers.serverId) ?? known?.holderId;
  if (known !== null && known.holderId === claimed) return claimed;
  if (claimed !== undefined && !servers.has(claimed)) throw serverNotFound();
  throw new Failure(
    401,
    'server_token_refused',
    'The server token is missing, expired or not one of this relay; server/refresh gives a new one.',
  );
}

/** @throws Failure 401, or 404 when the server was deleted */
export function requireServer(credentials: Credentials, header: HeaderOf): Server {
  const server = credentials.servers.get(requireServerId(credentials, header));
  if (server === null) throw serverNotFound();
  return server;
}

/** @throws Failure 401 */
export function requireController({ clientTokens }: Credentials, bearer: string | null): KnownToken {
  const known = bearer === null ? null : clientTokens.find(bearer);
  if (known === null) {
    throw new Failure(
      401,
      'controller_token_refused',
      'The controller token is missing, expired or revoked; client/refresh gives a new one while the device is paired.',
    );
  }
  return known;
}

/** An account, or a device of it by its own token; then `clientId` is that device's. @throws Failure 401 or 403 */
export async function requireAccountOrDevice(
  credentials: Credentials,
  header: HeaderOf,
): Promise<{ accountId: string; clientId: string | null }> {
  const bearer = bearerOf(header('authorization'));
  const own = bearer === null ? null : credentials.clientTokens.find(bearer);
  const device = own === null ? null : credentials.devices.get(own.holderId);
  if (device !== null) return device;
  return { accountId: (await requireAccount(credentials, header)).accountId, clientId: null };
}

/** A client's own token, or its account's. @throws Failure 401 or 403; 404 for another account's client */
export async function requireSelfOrAccount(
  credentials: Credentials,
  header: HeaderOf,
  clientId: string,
): Promise<void> {
  const bearer = bearerOf(header('authorization'));
  const own = bearer === null ? null : credentials.clientTokens.find(bearer);
  if (own === null) {
    const { accountId } = await requireAccount(credentials, header);
    if (credentials.devices.get(clientId) !== null) requireOwnClient(credentials.devices, clientId, accountId);
  } else if (own.holderId !== clientId) {
    throw new Failure(403, 'client_mismatch', 'The token belongs to another client.');
  }
}

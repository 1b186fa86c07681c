import { arch, release, type } from 'node:os';
import {
  ClientList,
  type ClientListParams,
  type CodeChoice,
  endpoint,
  headers,
  PairResponse,
  PairStatusResponse,
  parseBody,
  paths,
  type ServerGrant,
} from '@holdfast/wire';
import type { AccountCredentials } from './credentials.ts';
import { type RelayRequest, requestJson } from './relay-request.ts';
import type { Identity } from './state.ts';

/** Who calls, beside the credentials. */
export interface Caller {
  /** The relay's base URL. */
  readonly relay: string;
  readonly serverName: string;
  readonly installationId: string;
  readonly version: string;
}

/** Requests of `server/enroll` and `server/refresh`, whose answers the lease weighs (docs/protocol.md §2). */
export function enrollRequest(caller: Caller, account: AccountCredentials): RelayRequest {
  return {
    method: 'POST',
    url: endpoint(caller.relay, paths.serverEnroll),
    headers: accountHeaders(caller, account),
    body: {
      name: caller.serverName,
      os: `${type()} ${release()}`,
      arch: arch(),
      app_server_version: caller.version,
      installation_id: caller.installationId,
    },
  };
}

export function refreshRequest(caller: Caller, account: AccountCredentials, identity: Identity): RelayRequest {
  return {
    method: 'POST',
    url: endpoint(caller.relay, paths.serverRefresh),
    headers: accountHeaders(caller, account),
    body: { server_id: identity.serverId, installation_id: caller.installationId },
  };
}

/** @throws Error when the answer names another server than the one that asked */
export function requireSameIdentity(grant: ServerGrant, identity: Identity): void {
  if (grant.server_id !== identity.serverId || grant.environment_id !== identity.environmentId) {
    throw new Error('it is for another server than this one');
  }
}

/** Everything that is no refresh. Each call is @throws RelayRequestError, or WireError for a malformed success. */
export class RelayApi {
  readonly #caller: Caller;
  readonly #fetch: typeof globalThis.fetch;

  constructor(caller: Caller, fetch: typeof globalThis.fetch) {
    this.#caller = caller;
    this.#fetch = fetch;
  }

  async pair(serverToken: string, manualCode: boolean, signal: AbortSignal): Promise<PairResponse> {
    const body = await this.#post(paths.serverPair, serverToken, { manual_code: manualCode }, signal);
    return parseBody(PairResponse, body, 'the answer to server/pair');
  }

  async pairStatus(serverToken: string, code: CodeChoice, signal: AbortSignal): Promise<PairStatusResponse> {
    const secrets = [code.pairing_code, code.manual_pairing_code].filter((secret) => secret != null);
    const body = await this.#post(paths.serverPairStatus, serverToken, code, signal, secrets);
    return parseBody(PairStatusResponse, body, 'the answer to server/pair/status');
  }

  async clients(account: AccountCredentials, params: ClientListParams, signal: AbortSignal): Promise<ClientList> {
    const url = new URL(endpoint(this.#caller.relay, paths.environmentClients(params.environmentId)));
    for (const name of ['cursor', 'limit', 'order'] as const) {
      const value = params[name];
      if (value != null) url.searchParams.set(name, String(value));
    }
    const request = { method: 'GET', url: url.href, headers: accountHeaders(this.#caller, account) } as const;
    return parseBody(ClientList, await requestJson(this.#fetch, request, signal), "the list of this host's clients");
  }

  async revokeClient(
    account: AccountCredentials,
    environmentId: string,
    clientId: string,
    signal: AbortSignal,
  ): Promise<void> {
    const url = endpoint(this.#caller.relay, paths.environmentClient(environmentId, clientId));
    await requestJson(this.#fetch, { method: 'DELETE', url, headers: accountHeaders(this.#caller, account) }, signal);
  }

  #post(
    path: string,
    serverToken: string,
    body: unknown,
    signal: AbortSignal,
    secrets: readonly string[] = [],
  ): Promise<unknown> {
    const { relay, installationId } = this.#caller;
    const request: RelayRequest = {
      method: 'POST',
      url: endpoint(relay, path),
      headers: { authorization: `Bearer ${serverToken}`, [headers.installationId]: installationId },
      body,
      secrets,
    };
    return requestJson(this.#fetch, request, signal);
  }
}

function accountHeaders(caller: Caller, account: AccountCredentials): Record<string, string> {
  return {
    authorization: `Bearer ${account.accountToken}`,
    [headers.accountId]: account.accountId,
    [headers.installationId]: caller.installationId,
  };
}

import type { Clock } from '@holdfast/lease';
import type { ClientList, ClientListParams, CodeChoice, PairingStartResult } from '@holdfast/wire';
import type { AccountCredentials } from './credentials.ts';
import { AccountEndpoint } from './gate/account-endpoint.ts';
import type { EndpointDeadline } from './gate/endpoint-deadline.ts';
import { ServerEndpoint, type TokenSource } from './gate/server-endpoint.ts';
import type { RelayApi } from './relay-api.ts';

export interface RelayCallsOptions {
  readonly api: RelayApi;
  readonly tokens: TokenSource;
  /** Reads the credentials anew. @throws Error when there are none */
  readonly account: () => AccountCredentials;
  readonly deadlineOf: (endpoint: string) => EndpointDeadline;
  readonly clock: Clock;
  /** Gives up what is under way. */
  readonly signal: AbortSignal;
}

/**
 * What is asked of the relay beside tokens and the link, each endpoint behind a gate of its own: a relay that is too busy to pair holds
 * back pairing and nothing else (docs/operations.md, "Deadlines"). Each call is @throws LeaseError, GateError or RelayRequestError.
 */
export class RelayCalls {
  readonly #api: RelayApi;
  readonly #signal: AbortSignal;
  readonly #pair: ServerEndpoint;
  readonly #pairStatus: ServerEndpoint;
  readonly #clients: AccountEndpoint;
  readonly #revoke: AccountEndpoint;

  constructor({ api, tokens, account, deadlineOf, clock, signal }: RelayCallsOptions) {
    this.#api = api;
    this.#signal = signal;
    this.#pair = new ServerEndpoint(tokens, deadlineOf('pairing'), clock, 'server');
    this.#pairStatus = new ServerEndpoint(tokens, deadlineOf('the status of a pairing'), clock, 'subject');
    this.#clients = new AccountEndpoint(account, deadlineOf('the list of clients'), clock);
    this.#revoke = new AccountEndpoint(account, deadlineOf('revoking a client'), clock);
  }

  async startPairing(manualCode: boolean): Promise<PairingStartResult> {
    const answer = await this.#pair.run((token) => this.#api.pair(token, manualCode, this.#signal));
    return {
      pairingCode: answer.pairing_code,
      manualPairingCode: answer.manual_pairing_code ?? null,
      environmentId: answer.environment_id,
      expiresAt: Math.floor(Date.parse(answer.expires_at) / 1000),
    };
  }

  async pairingStatus(code: CodeChoice): Promise<{ claimed: boolean }> {
    return this.#pairStatus.run((token) => this.#api.pairStatus(token, code, this.#signal));
  }

  async clients(params: ClientListParams): Promise<ClientList> {
    return this.#clients.run((account) => this.#api.clients(account, params, this.#signal));
  }

  async revokeClient(environmentId: string, clientId: string): Promise<void> {
    await this.#revoke.run((account) => this.#api.revokeClient(account, environmentId, clientId, this.#signal));
  }
}

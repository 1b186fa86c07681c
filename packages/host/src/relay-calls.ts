import type { Clock } from '@holdfast/lease';
import {
  type ClientList,
  type ClientListParams,
  type CodeChoice,
  type PairingStartResult,
  type PairResponse,
  WireError,
} from '@holdfast/wire';
import type { AccountCredentials } from './credentials.ts';
import { AccountEndpoint } from './gate/account-endpoint.ts';
import type { EndpointDeadline } from './gate/endpoint-deadline.ts';
import { ServerEndpoint, type TokenSource } from './gate/server-endpoint.ts';
import type { RelayApi } from './relay-api.ts';
import type { Identity } from './state.ts';

export interface RelayCallsOptions {
  readonly api: RelayApi;
  readonly tokens: TokenSource;
  /** Reads the credentials anew. @throws Error when there are none */
  readonly account: () => AccountCredentials;
  /** Who this host is by now. */
  readonly identity: () => Identity | null;
  readonly deadlineOf: (endpoint: string) => EndpointDeadline;
  readonly clock: Clock;
  /** Gives up what is under way. */
  readonly signal: AbortSignal;
}

/** How far the relay's clock may be behind this machine's, in milliseconds. */
const CLOCK_SKEW_MS = 24 * 3_600_000;

/**
 * What is asked of the relay beside tokens and the link, each endpoint behind a gate of its own: a relay that is too busy to pair holds
 * back pairing and nothing else (docs/operations.md, "Deadlines"). Each call is @throws LeaseError, GateError or RelayRequestError.
 */
export class RelayCalls {
  readonly #api: RelayApi;
  readonly #signal: AbortSignal;
  readonly #identity: () => Identity | null;
  readonly #clock: Clock;
  readonly #pair: ServerEndpoint;
  readonly #pairStatus: ServerEndpoint;
  readonly #clients: AccountEndpoint;
  readonly #revoke: AccountEndpoint;

  constructor({ api, tokens, account, identity, deadlineOf, clock, signal }: RelayCallsOptions) {
    this.#api = api;
    this.#signal = signal;
    this.#identity = identity;
    this.#clock = clock;
    this.#pair = new ServerEndpoint(tokens, deadlineOf('pairing'), clock, 'server');
    this.#pairStatus = new ServerEndpoint(tokens, deadlineOf('the status of a pairing'), clock, 'subject');
    this.#clients = new AccountEndpoint(account, deadlineOf('the list of clients'), clock);
    this.#revoke = new AccountEndpoint(account, deadlineOf('revoking a client'), clock);
  }

  async startPairing(manualCode: boolean): Promise<PairingStartResult> {
    const answer = await this.#pair.run(async (token) =>
      this.#checked(await this.#api.pair(token, manualCode, this.#signal)),
    );
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

  /** A code for another host, or one that nobody could use, is no code. @throws WireError */
  #checked(answer: PairResponse): PairResponse {
    const identity = this.#identity();
    const isOurs = answer.server_id === identity?.serverId && answer.environment_id === identity.environmentId;
    if (!isOurs) throw new WireError('ERR_WIRE_BODY', 'the answer to server/pair is for another server than this one');
    if (Date.parse(answer.expires_at) > this.#clock.wall() - CLOCK_SKEW_MS) return answer;
    throw new WireError('ERR_WIRE_BODY', 'the pairing code in the answer to server/pair has expired');
  }
}

import {
  classifyResponse,
  Lease,
  type LeaseOptions,
  type RefreshAttempt,
  type RefreshFailure,
  type RefreshOutcome,
} from '@holdfast/lease';
import { bodyPreview, limits, parseBody, ServerGrant } from '@holdfast/wire';
import type { AccountCredentials, CredentialSource } from './credentials.ts';
import { type Caller, enrollRequest, refreshRequest, requireSameIdentity } from './relay-api.ts';
import { causeOf, type RelayRequest, toFetch } from './relay-request.ts';
import { withoutSecrets } from './secrets.ts';
import type { HostState, Identity } from './state.ts';

export interface ServerTokenOptions {
  readonly caller: Caller;
  readonly state: HostState;
  readonly credentials: CredentialSource;
  readonly fetch: typeof globalThis.fetch;
  readonly clock?: LeaseOptions['clock'];
  readonly random?: LeaseOptions['random'];
  /** The credentials are of another account: another identity, and nothing of the former one holds. */
  readonly onAccountChange: () => void;
}

/**
 * The server token: a lease bound to this host's identity at its relay. A host without an identity enrolls where one with an identity
 * refreshes, so that both are governed by the one deadline. Credentials that were refused are read again, and watched from then on.
 */
export class ServerToken {
  readonly lease: Lease;
  readonly #options: ServerTokenOptions;
  readonly #unwatch: () => void;
  /** The credentials of the last request: what a recovery has to differ from. */
  #used: AccountCredentials | null = null;
  /** Whose identity this is. */
  #accountId: string | null = null;

  constructor(options: ServerTokenOptions) {
    this.#options = options;
    this.lease = new Lease({
      name: 'server token',
      refresh: (attempt) => this.#refresh(attempt),
      recover: async () => this.#haveChanged(),
      reenroll: (attempt) => this.#reenroll(attempt),
      store: options.state.leaseStore(`refresh ${options.caller.relay}`),
      timeoutMs: limits.httpTimeoutMs,
      clock: options.clock,
      random: options.random,
    });
    this.#unwatch = options.credentials.watch(() => this.#onCredentialsChange());
  }

  /** Who this host is, once it has enrolled with the credentials it has now. */
  identity(): Identity | null {
    const account = this.#used ?? this.#read();
    return account === null ? null : this.#options.state.identity(this.#options.caller.relay, account.accountId);
  }

  /** The account's credentials as they are now, for calls that are no refresh. @throws Error when there are none */
  account(): AccountCredentials {
    const account = this.#options.credentials.read();
    if (account === null) throw new Error(this.#missing());
    return account;
  }

  close(): void {
    this.#unwatch();
    this.lease.close();
  }

  async #refresh(attempt: RefreshAttempt): Promise<RefreshOutcome> {
    const account = this.#readForRequest(attempt);
    if ('kind' in account) return account;
    const { caller, state } = this.#options;
    const identity = state.identity(caller.relay, account.accountId);
    if (identity === null) return this.#enroll(attempt, account);
    const request = refreshRequest(caller, account, identity);
    const { outcome } = await this.#ask(request, account, attempt, (grant) => requireSameIdentity(grant, identity));
    return outcome;
  }

  async #reenroll(attempt: RefreshAttempt): Promise<RefreshOutcome> {
    const account = this.#readForRequest(attempt);
    if ('kind' in account) return account;
    this.#options.state.forgetIdentity(this.#options.caller.relay, account.accountId);
    return this.#enroll(attempt, account);
  }

  async #enroll(attempt: RefreshAttempt, account: AccountCredentials): Promise<RefreshOutcome> {
    const { caller, state } = this.#options;
    const { outcome, grant } = await this.#ask(enrollRequest(caller, account), account, attempt);
    if (grant !== null && outcome.kind === 'success' && !attempt.signal.aborted) {
      state.saveIdentity(caller.relay, account.accountId, {
        serverId: grant.server_id,
        environmentId: grant.environment_id,
      });
    }
    return outcome;
  }

  async #ask(
    request: RelayRequest,
    account: AccountCredentials,
    attempt: RefreshAttempt,
    check: (grant: ServerGrant) => void = () => {},
  ): Promise<{ outcome: RefreshOutcome; grant: ServerGrant | null }> {
    const name = `${request.method} ${request.url}`;
    let response: Response;
    try {
      response = await this.#options.fetch(request.url, toFetch(request, attempt.signal));
    } catch (cause) {
      return { outcome: { kind: 'transient', message: `${name} failed: ${causeOf(cause)}`, cause }, grant: null };
    }
    let grant: ServerGrant | null = null;
    const outcome = await classifyResponse(response, attempt.signal, {
      name,
      clock: this.#options.clock,
      maxBodyBytes: limits.restBodyBytes,
      preview: (body) => bodyPreview(withoutSecrets(body, [account.accountToken, attempt.tried])),
      parse: (body) => {
        const parsed = parseBody(ServerGrant, body, 'its body');
        check(parsed);
        grant = parsed;
        return { token: parsed.remote_control_token, expiresAt: Date.parse(parsed.expires_at) };
      },
    });
    return { outcome, grant };
  }

  #readForRequest({ reason }: RefreshAttempt): AccountCredentials | RefreshFailure {
    // Without credentials nothing was refused: a token that is still valid stays.
    const kind = reason === 'proactive' ? 'invalid' : 'unauthorized';
    this.#used = null;
    try {
      this.#used = this.#options.credentials.read();
    } catch (error) {
      return { kind, message: causeOf(error) };
    }
    if (this.#used === null) return { kind, message: this.#missing() };
    this.#actAs(this.#used.accountId);
    return this.#used;
  }

  /** Whether it is another account than before. */
  #actAs(accountId: string): boolean {
    const former = this.#accountId;
    this.#accountId = accountId;
    if (former === null || former === accountId) return false;
    this.#options.onAccountChange();
    return true;
  }

  #missing(): string {
    return `there are no account credentials in ${this.#options.credentials.description}; log in with \`holdfast login\``;
  }

  #read(): AccountCredentials | null {
    try {
      return this.#options.credentials.read();
    } catch {
      return null; // what is wrong with them is told when they are needed
    }
  }

  #haveChanged(): boolean {
    const now = this.#read();
    return now !== null && (now.accountToken !== this.#used?.accountToken || now.accountId !== this.#used.accountId);
  }

  #onCredentialsChange(): void {
    if (!this.#haveChanged()) return;
    const now = this.#read();
    this.#used = null;
    if (now !== null && this.#actAs(now.accountId)) this.lease.reset();
    this.lease.credentialsChanged();
  }
}

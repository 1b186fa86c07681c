import { randomBytes, randomUUID } from 'node:crypto';
import type { HealthyAnswer } from './answers.ts';
import type { Arrival } from './request-log.ts';

/** A controller as `environments/{id}/clients` lists it, docs/protocol.md §2. */
export interface ListedClient {
  readonly client_id: string;
  readonly [field: string]: unknown;
}

export interface Outcome {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface ServerRecord {
  readonly serverId: string;
  readonly environmentId: string;
}

interface TokenRecord {
  readonly serverId: string;
  readonly expiresAtMs: number;
  readonly label: string;
}

export interface RegistryOptions {
  readonly now: () => number;
  readonly tokenLifeSeconds: number;
  /** Undefined: any account token is good. */
  readonly accountToken: string | undefined;
}

const PAIRING_LIFE_MS = 10 * 60_000;
const refused: Outcome = { status: 401, body: { detail: 'Unauthorized' } };
const wrongVersion: Outcome = { status: 426, body: { detail: 'Upgrade required' } };
const unknownEnvironment: Outcome = { status: 404, body: { detail: 'Environment not found' } };
const unknownServer: Outcome = { status: 404, body: { detail: 'Remote app server not found' } };

/** What a healthy authority knows: servers, their tokens, pairing codes, clients. It answers truthfully and keeps it all in memory. */
export class Registry {
  tokenLifeSeconds: number;
  accountToken: string | undefined;
  /** Controllers of every environment; a test puts them there. */
  readonly clients: ListedClient[] = [];
  readonly #now: () => number;
  readonly #servers = new Map<string, ServerRecord>();
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #pairings = new Map<string, { claimed: boolean; readonly expiresAtMs: number }>();

  constructor(options: RegistryOptions) {
    this.#now = options.now;
    this.tokenLifeSeconds = options.tokenLifeSeconds;
    this.accountToken = options.accountToken;
  }

  /** Which credential a bearer is: `account`, `token-N` for the Nth server token issued, `unknown` or `none`. */
  credentialOf(bearer: string | undefined): string {
    if (bearer === undefined || bearer === '') return 'none';
    const token = this.#tokens.get(bearer);
    if (token !== undefined) return token.label;
    return this.accountToken === undefined || this.accountToken === bearer ? 'account' : 'unknown';
  }

  /** The server that a bearer speaks for, unless it is unknown, revoked or expired. */
  serverOf(bearer: string | undefined): ServerRecord | undefined {
    const token = bearer === undefined ? undefined : this.#tokens.get(bearer);
    if (token === undefined || token.expiresAtMs <= this.#now()) return undefined;
    return this.#servers.get(token.serverId);
  }

  /** Server tokens issued so far are worth nothing from now on. */
  revokeTokens(): void {
    for (const [token, record] of this.#tokens) this.#tokens.set(token, { ...record, expiresAtMs: 0 });
  }

  /** As if every server had been deleted at the relay. */
  forgetServers(): void {
    this.#servers.clear();
  }

  claim(code: string): boolean {
    const pairing = this.#pairings.get(code);
    if (pairing === undefined) return false;
    pairing.claimed = true;
    return true;
  }

  /** What a relay in good health says to a request, with the fields that the test wants changed. */
  answer(request: Arrival, how: HealthyAnswer): Outcome {
    const outcome = this.#outcome(request, how.tokenLifeSeconds ?? this.tokenLifeSeconds);
    return how.body === undefined ? outcome : { ...outcome, body: { ...outcome.body, ...how.body } };
  }

  /** Whether a websocket handshake is let in, docs/protocol.md §3. */
  admit({ route, seen, bearer }: Arrival): { readonly serverId?: string; readonly refusal?: Outcome } {
    if (route.endpoint !== 'websocket') return { refusal: { status: 404, body: {} } };
    const wanted = String(seen.headers['x-codex-server-id']);
    if (!this.#servers.has(wanted)) return { refusal: unknownServer };
    if (this.serverOf(bearer)?.serverId !== wanted) return { refusal: refused };
    if (seen.headers['x-codex-protocol-version'] !== '3') return { refusal: wrongVersion };
    return { serverId: wanted };
  }

  #outcome({ route, seen, bearer, query }: Arrival, lifeSeconds: number): Outcome {
    const { endpoint } = route;
    if (endpoint === 'websocket' || endpoint === 'other') return { status: 404, body: {} };
    if (endpoint === 'pair') return this.#pair(bearer, field(seen.body, 'manual_code') === true);
    if (endpoint === 'pairStatus') return this.#pairStatus(bearer, seen.body);
    if (seen.credential !== 'account') return refused;
    switch (endpoint) {
      case 'enroll':
        return this.#enroll(lifeSeconds);
      case 'refresh': {
        const server = this.#servers.get(String(field(seen.body, 'server_id')));
        return server === undefined ? unknownServer : this.#issue(server, lifeSeconds);
      }
      case 'clients':
        return this.#list(route.environmentId, Number(query.get('limit') ?? 100), Number(query.get('cursor') ?? 0));
      case 'revokeClient':
        return this.#revoke(route.environmentId, route.clientId);
    }
  }

  #enroll(life: number): Outcome {
    const server = { serverId: `srv_${randomUUID()}`, environmentId: `env_${randomUUID()}` };
    this.#servers.set(server.serverId, server);
    return this.#issue(server, life);
  }

  #issue(server: ServerRecord, lifeSeconds: number): Outcome {
    const token = `rct_${randomBytes(24).toString('base64url')}`;
    const expiresAtMs = this.#now() + lifeSeconds * 1000;
    this.#tokens.set(token, { serverId: server.serverId, expiresAtMs, label: `token-${this.#tokens.size + 1}` });
    const body = {
      server_id: server.serverId,
      environment_id: server.environmentId,
      remote_control_token: token,
      expires_at: new Date(expiresAtMs).toISOString(),
    };
    return { status: 200, body };
  }

  #pair(bearer: string | undefined, manual: boolean): Outcome {
    const server = this.serverOf(bearer);
    if (server === undefined) return refused;
    const expiresAtMs = this.#now() + PAIRING_LIFE_MS;
    const code = randomBytes(16).toString('base64url');
    const letters = randomBytes(4).toString('hex').toUpperCase();
    const manualCode = manual ? `${letters.slice(0, 4)}-${letters.slice(4)}` : null;
    const pairing = { claimed: false, expiresAtMs };
    this.#pairings.set(code, pairing);
    if (manualCode !== null) this.#pairings.set(manualCode, pairing);
    const body = {
      pairing_code: code,
      manual_pairing_code: manualCode,
      server_id: server.serverId,
      environment_id: server.environmentId,
      expires_at: new Date(expiresAtMs).toISOString(),
    };
    return { status: 200, body };
  }

  #pairStatus(bearer: string | undefined, body: unknown): Outcome {
    if (this.serverOf(bearer) === undefined) return refused;
    const code = field(body, 'pairing_code') ?? field(body, 'manual_pairing_code');
    const pairing = this.#pairings.get(String(code));
    if (pairing === undefined) return { status: 404, body: { detail: 'Pairing code not found' } };
    if (pairing.expiresAtMs <= this.#now()) return { status: 410, body: { detail: 'Pairing code expired' } };
    return { status: 200, body: { claimed: pairing.claimed } };
  }

  #list(environmentId: string, limit: number, start: number): Outcome {
    if (!this.#knowsEnvironment(environmentId)) return unknownEnvironment;
    const end = start + limit;
    const cursor = end < this.clients.length ? String(end) : null;
    return { status: 200, body: { items: this.clients.slice(start, end), cursor } };
  }

  #knowsEnvironment(environmentId: string): boolean {
    return [...this.#servers.values()].some((server) => server.environmentId === environmentId);
  }

  #revoke(environmentId: string, clientId: string): Outcome {
    if (!this.#knowsEnvironment(environmentId)) return unknownEnvironment;
    const index = this.clients.findIndex((client) => client.client_id === clientId);
    if (index < 0) return { status: 404, body: { detail: 'Client not found' } };
    this.clients.splice(index, 1);
    return { status: 200, body: {} };
  }
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

/** Paths under the base (docs/protocol.md §2, §3, §5, §6). */
export const paths = {
  serverEnroll: 'wham/remote/control/server/enroll',
  serverRefresh: 'wham/remote/control/server/refresh',
  serverPair: 'wham/remote/control/server/pair',
  serverPairStatus: 'wham/remote/control/server/pair/status',
  serverSocket: 'wham/remote/control/server',
  environmentClients: (environmentId: string) =>
    `wham/remote/control/environments/${encodeURIComponent(environmentId)}/clients`,
  environmentClient: (environmentId: string, clientId: string) =>
    `wham/remote/control/environments/${encodeURIComponent(environmentId)}/clients/${encodeURIComponent(clientId)}`,

  clientEnrollStart: 'codex/remote/control/client/enroll/start',
  clientEnrollFinish: 'codex/remote/control/client/enroll/finish',
  clientPair: 'wham/remote/control/client/pair',
  clientRefreshStart: 'codex/remote/control/client/refresh/start',
  clientRefreshFinish: 'codex/remote/control/client/refresh/finish',
  clientSocket: 'codex/remote/control/client',
  clients: 'wham/remote/control/clients',
  client: (clientId: string) => `wham/remote/control/clients/${encodeURIComponent(clientId)}`,
  environments: 'codex/remote/control/environments',
  environment: (environmentId: string) => `codex/remote/control/environments/${encodeURIComponent(environmentId)}`,
  clientEnvironments: (clientId: string) => `codex/remote/control/clients/${encodeURIComponent(clientId)}/environments`,

  /** A new device becomes a controller by a pairing code alone (docs/protocol.md §8). */
  claimStart: 'holdfast/client/claim/start',
  claimFinish: 'holdfast/client/claim/finish',
  /** A one-use ticket for a websocket whose client cannot set headers (docs/protocol.md §8). */
  clientTicket: 'holdfast/client/ticket',
  /** Faults on request (docs/protocol.md §8). */
  drills: 'holdfast/drills',
  drill: (id: string) => `holdfast/drills/${encodeURIComponent(id)}`,
} as const;

/** Header names, lower case (docs/protocol.md §2, §3, §6). */
export const headers = {
  accountId: 'chatgpt-account-id',
  installationId: 'x-codex-installation-id',
  serverId: 'x-codex-server-id',
  serverName: 'x-codex-name',
  protocolVersion: 'x-codex-protocol-version',
  subscribeCursor: 'x-codex-subscribe-cursor',
  clientId: 'x-codex-client-id',
  clientSessionToken: 'x-codex-client-session-token',
  requestId: 'x-request-id',
} as const;

/** Where an answer's request id may be, the likeliest first. */
export const requestIdHeaders = ['x-request-id', 'x-oai-request-id', 'cf-ray'] as const;

export const PROTOCOL_VERSION = '3';

/** The 404 detail that means "this server was deleted" and nothing else does (docs/protocol.md §3). */
export const SERVER_NOT_FOUND_DETAIL = 'Remote app server not found';

/** The websocket subprotocol of a controller that comes with a ticket; the ticket is the second one, `ticket.` and its value. */
export const TICKET_SUBPROTOCOL = 'holdfast.v1';
export const TICKET_SUBPROTOCOL_PREFIX = 'ticket.';

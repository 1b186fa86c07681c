/** What a host can ask of its relay, docs/protocol.md §2 and §3; `other` is every other path. */
export const ENDPOINTS = [
  'enroll',
  'refresh',
  'pair',
  'pairStatus',
  'clients',
  'revokeClient',
  'websocket',
  'other',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export interface Route {
  readonly endpoint: Endpoint;
  readonly environmentId: string;
  readonly clientId: string;
}

/** The path that everything hangs off. */
export const BASE_PATH = '/backend-api';

const fixed: Readonly<Record<string, Endpoint>> = {
  'POST server/enroll': 'enroll',
  'POST server/refresh': 'refresh',
  'POST server/pair': 'pair',
  'POST server/pair/status': 'pairStatus',
  'GET server': 'websocket',
};
const prefix = `${BASE_PATH}/wham/remote/control/`;
const clientsPath = /^environments\/([^/]+)\/clients(?:\/([^/]+))?$/;

export function routeOf(method: string, path: string): Route {
  const none = { environmentId: '', clientId: '' };
  if (!path.startsWith(prefix)) return { endpoint: 'other', ...none };
  const rest = path.slice(prefix.length);
  const endpoint = fixed[`${method} ${rest}`];
  if (endpoint !== undefined) return { endpoint, ...none };
  const match = clientsPath.exec(rest);
  const environmentId = decodeURIComponent(match?.[1] ?? '');
  const clientId = decodeURIComponent(match?.[2] ?? '');
  if (environmentId && !clientId && method === 'GET') return { endpoint: 'clients', environmentId, clientId };
  if (environmentId && clientId && method === 'DELETE') return { endpoint: 'revokeClient', environmentId, clientId };
  return { endpoint: 'other', ...none };
}

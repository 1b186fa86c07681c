import { DEFAULT_BASE_PATH, type DrillEndpoint, paths } from '@holdfast/wire';

const CALLS: Readonly<Record<Exclude<DrillEndpoint, 'link'>, readonly string[]>> = {
  enroll: [paths.serverEnroll, paths.clientEnrollStart, paths.clientEnrollFinish],
  refresh: [paths.serverRefresh, paths.clientRefreshStart, paths.clientRefreshFinish],
  pair: [paths.serverPair, paths.serverPairStatus, paths.clientPair, paths.claimStart, paths.claimFinish],
  handshake: [paths.serverSocket, paths.clientSocket],
};

const byPath = new Map<string, DrillEndpoint>(
  Object.entries(CALLS).flatMap(
    ([endpoint, calls]) =>
      calls.map((call): [string, DrillEndpoint] => [`${DEFAULT_BASE_PATH}/${call}`, endpoint as DrillEndpoint]), // a key of CALLS
  ),
);

/** Where a drill may meet a call. Null for every other path: the operator's own are never in one. */
export function drillEndpointOf(url: string | undefined): DrillEndpoint | null {
  return byPath.get(url?.split('?', 1)[0] ?? '') ?? null;
}

import { LeaseError } from '@holdfast/lease';
import { type Method, Methods, RpcRefusal, readParams, rpcCodes } from '@holdfast/local-socket';
import { METRICS_CONTENT_TYPE } from '@holdfast/local-socket/metrics';
import {
  ClientListParams,
  ClientRevokeParams,
  type LeaseHistory,
  PairingStartParams,
  PairingStatusParams,
} from '@holdfast/wire';
import { GateError } from '../gate/gate-error.ts';
import type { Host } from '../host.ts';
import { causeOf, RelayRequestError } from '../relay-request.ts';
import { rfc3339 } from '../rfc3339.ts';

type HostMethod = (host: Host, params: unknown) => unknown;

/** What a person or a program on this machine may ask of the host (docs/protocol.md §4). */
const methods: Readonly<Record<string, HostMethod>> = {
  'holdfast/status': (host) => host.status(),
  'holdfast/lease/history': (host): LeaseHistory => ({ events: host.history.entries }),
  'holdfast/metrics': async (host) => ({ contentType: METRICS_CONTENT_TYPE, text: await host.metrics() }),
  'remoteControl/status/read': (host) => shortStatus(host),
  'remoteControl/enable': (host) => {
    host.enable();
    return shortStatus(host);
  },
  'remoteControl/disable': async (host) => {
    await host.disable();
    return shortStatus(host);
  },
  'remoteControl/pairing/start': (host, params) => host.startPairing(readParams(PairingStartParams, params).manualCode),
  'remoteControl/pairing/status': (host, params) => {
    const { pairingCode, manualPairingCode } = readParams(PairingStatusParams, params);
    return host.pairingStatus(
      pairingCode == null ? { manual_pairing_code: manualPairingCode } : { pairing_code: pairingCode },
    );
  },
  'remoteControl/client/list': async (host, params) => {
    const { items, cursor } = await host.clients(readParams(ClientListParams, params));
    const data = items.map((item) => ({
      clientId: item.client_id,
      displayName: item.display_name ?? null,
      deviceType: item.device_type ?? null,
      platform: item.platform ?? null,
      osVersion: item.os_version ?? null,
      deviceModel: item.device_model ?? null,
      appVersion: item.app_version ?? null,
      lastSeenAt: item.last_seen_at == null ? null : Math.floor(Date.parse(item.last_seen_at) / 1000),
    }));
    return { data, nextCursor: cursor ?? null };
  },
  'remoteControl/client/revoke': async (host, params) => {
    const { environmentId, clientId } = readParams(ClientRevokeParams, params);
    await host.revokeClient(environmentId, clientId);
    return {};
  },
};

export function shortStatus(host: Host): object {
  const { status, serverName, installationId, environmentId } = host.status();
  return { status, serverName, installationId, environmentId };
}

/** What the control socket answers. */
export const methodNames: readonly string[] = Object.keys(methods);

/** All of them, of that host. */
export function controlMethods(host: Host): Methods {
  const bound = Object.entries(methods).map(([name, method]): [string, Method] => [
    name,
    (params) => call(method, host, params),
  ]);
  return new Methods(Object.fromEntries(bound));
}

async function call(method: HostMethod, host: Host, params: unknown): Promise<unknown> {
  try {
    return await method(host, params);
  } catch (error) {
    throw explain(error);
  }
}

function explain(error: unknown): RpcRefusal {
  if (error instanceof RpcRefusal) return error;
  if (error instanceof LeaseError || error instanceof GateError) {
    const retryAt = error.retryAt === null ? {} : { retryAt: rfc3339(error.retryAt) };
    return new RpcRefusal(rpcCodes.refused, error.message, {
      ...retryAt,
      ...('code' in error ? { code: error.code } : {}),
    });
  }
  if (error instanceof RelayRequestError)
    return new RpcRefusal(rpcCodes.refused, error.message, error.status === null ? {} : { status: error.status });
  return new RpcRefusal(rpcCodes.refused, causeOf(error));
}

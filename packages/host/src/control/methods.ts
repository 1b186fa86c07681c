import { LeaseError } from '@holdfast/lease';
import {
  ClientListParams,
  ClientRevokeParams,
  PairingStartParams,
  PairingStatusParams,
  parseBody,
  WireError,
} from '@holdfast/wire';
import { GateError } from '../gate/gate-error.ts';
import type { Host } from '../host.ts';
import { causeOf, RelayRequestError } from '../relay-request.ts';

/** JSON-RPC 2.0 §5.1, and its range for servers. */
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const REFUSED = -32010;

/** A refused call, as it goes over the control socket. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: number;
  /** `retryAt`: RFC 3339, when the call may be made again; absent where that is not known. */
  readonly data: { readonly retryAt?: string; readonly status?: number; readonly code?: string };

  constructor(code: number, message: string, data: ControlError['data'] = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

type Method = (host: Host, params: unknown) => Promise<unknown> | unknown;

/** What a person or a program on this machine may ask of the host (docs/protocol.md §4). */
const methods: Readonly<Record<string, Method>> = {
  'holdfast/status': (host) => host.status(),
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

/** @throws ControlError */
export async function callMethod(host: Host, name: string, params: unknown): Promise<unknown> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined)
    throw new ControlError(
      METHOD_NOT_FOUND,
      `There is no method ${JSON.stringify(name.slice(0, 100))}; there are: ${Object.keys(methods).join(', ')}.`,
    );
  try {
    return await method(host, params);
  } catch (error) {
    throw explain(error);
  }
}

/** @throws ControlError that names each member at fault */
function readParams<T>(schema: Parameters<typeof parseBody<T>>[0], params: unknown): T {
  try {
    return parseBody(schema, params ?? {}, 'params');
  } catch (error) {
    throw error instanceof WireError ? new ControlError(INVALID_PARAMS, `${error.message}.`) : error;
  }
}

function explain(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  if (error instanceof LeaseError || error instanceof GateError) {
    const retryAt = error.retryAt === null ? {} : { retryAt: new Date(error.retryAt).toISOString() };
    return new ControlError(REFUSED, error.message, { ...retryAt, ...('code' in error ? { code: error.code } : {}) });
  }
  if (error instanceof RelayRequestError)
    return new ControlError(REFUSED, error.message, error.status === null ? {} : { status: error.status });
  return new ControlError(REFUSED, causeOf(error));
}

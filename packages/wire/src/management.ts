import * as z from 'zod/mini';
import { Id } from './rest-host.ts';

/** Methods that a host answers itself (docs/protocol.md §4). */
export const managementMethods = [
  'remoteControl/status/read',
  'remoteControl/enable',
  'remoteControl/disable',
  'remoteControl/pairing/start',
  'remoteControl/pairing/status',
  'remoteControl/client/list',
  'remoteControl/client/revoke',
] as const;
export type ManagementMethod = (typeof managementMethods)[number];

export type RemoteControlStatus = 'disabled' | 'connecting' | 'connected' | 'errored';

export interface StatusReadResult {
  readonly status: RemoteControlStatus;
  readonly serverName: string;
  readonly installationId: string;
  readonly environmentId: string | null;
}

export const PairingStartParams = z.object({ manualCode: z._default(z.boolean(), false) });

export const PairingStartResult = z.object({
  pairingCode: z.string(),
  manualPairingCode: z.nullable(z.string()),
  environmentId: z.string(),
  /** Seconds since the epoch. */
  expiresAt: z.number(),
});
export type PairingStartResult = z.infer<typeof PairingStartResult>;

export const PairingStatusParams = z
  .object({ pairingCode: z.nullish(z.string()), manualPairingCode: z.nullish(z.string()) })
  .check(
    z.refine(
      (params) => (params.pairingCode == null) !== (params.manualPairingCode == null),
      'exactly one of pairingCode and manualPairingCode',
    ),
  );

export const ClientListParams = z.object({
  environmentId: Id,
  cursor: z.nullish(z.string()),
  limit: z.nullish(z.number().check(z.int(), z.minimum(1), z.maximum(100))),
  order: z.nullish(z.enum(['asc', 'desc'])),
});
export type ClientListParams = z.infer<typeof ClientListParams>;

export const ClientRevokeParams = z.object({ environmentId: Id, clientId: Id });

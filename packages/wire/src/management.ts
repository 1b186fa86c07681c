import * as z from 'zod/mini';
import type { RawMessage } from './envelope.ts';
import { Id } from './rest-host.ts';

/** Every method of these names is the host's own: no agent sees it (docs/protocol.md §4, §8). */
export const isHostMethod = (method: string) => /^(?:remoteControl|holdfast)\//.test(method);

const ManagementInitialize = z.object({
  params: z.object({ capabilities: z.object({ holdfast: z.object({ management: z.literal(true) }) }) }),
});

/** Whether an `initialize` asks for the host itself in place of its agent (docs/protocol.md §8). `initialize`: JSON. */
export function asksForManagement(initialize: RawMessage): boolean {
  return z.safeParse(ManagementInitialize, JSON.parse(initialize)).success;
}

/** What a Holdfast host answers to that; an agent's answer has no such member. */
export const ManagementWelcome = z.object({
  holdfast: z.object({
    version: z.string(),
    /** What this controller may call. */
    methods: z.array(z.string()),
  }),
});
export type ManagementWelcome = z.infer<typeof ManagementWelcome>;

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

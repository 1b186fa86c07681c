import * as z from 'zod/mini';
import { exactlyOneCode } from './exactly-one-code.ts';
import { Id, Timestamp, Token } from './rest-host.ts';

const Base64 = z.string().check(z.minLength(1), z.maxLength(8192), z.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64'));
const Short = z.string().check(z.minLength(1), z.maxLength(256));

export const DEVICE_KEY_ALGORITHM = 'ecdsa_p256_sha256';

/** docs/protocol.md §5 */
export const DeviceIdentity = z.object({
  key_id: Short,
  public_key_spki_der_base64: Base64,
  algorithm: z.literal(DEVICE_KEY_ALGORITHM),
  protection_class: Short,
});
export type DeviceIdentity = z.infer<typeof DeviceIdentity>;

export const DeviceKeyProof = z.object({
  challenge_token: Token,
  key_id: Short,
  signature_der_base64: Base64,
  signed_payload_base64: Base64,
  algorithm: z.literal(DEVICE_KEY_ALGORITHM),
});
export type DeviceKeyProof = z.infer<typeof DeviceKeyProof>;

export const ENROLLMENT_AUDIENCE = 'remote_control_client_enrollment';

/** What a device signs to enroll, to claim a code or to refresh its token. */
export const EnrollmentChallenge = z.object({
  type: z.literal('device_key_challenge'),
  purpose: z.literal(ENROLLMENT_AUDIENCE),
  audience: z.literal(ENROLLMENT_AUDIENCE),
  account_user_id: Short,
  client_id: Id,
  challenge_id: Short,
  challenge_token: Token,
  nonce: Short,
  target_origin: Short,
  target_path: Short,
  challenge_expires_at: Timestamp,
  device_identity_hash: z.nullable(Short),
});
export type EnrollmentChallenge = z.infer<typeof EnrollmentChallenge>;

export const ChallengeResponse = z.object({
  account_user_id: Short,
  client_id: Id,
  device_key_challenge: EnrollmentChallenge,
});
export type ChallengeResponse = z.infer<typeof ChallengeResponse>;

export const CONTROLLER_SCOPE = 'remote_control_controller_websocket';

export const ControllerGrant = z.object({
  client_id: Id,
  account_user_id: Short,
  remote_control_token: Token,
  expires_at: Timestamp,
  scopes: z.array(Short).check(z.maxLength(16)),
});
export type ControllerGrant = z.infer<typeof ControllerGrant>;

export const RefreshStartRequest = z.object({ client_id: Id });
export type RefreshStartRequest = z.infer<typeof RefreshStartRequest>;

export const RefreshFinishRequest = z.object({ client_id: Id, device_key_proof: DeviceKeyProof });
export type RefreshFinishRequest = z.infer<typeof RefreshFinishRequest>;

/** What a controller says about the device it runs on, for the list of a host's clients. */
export const DeviceDescription = z.object({
  display_name: Short,
  device_type: z.optional(Short),
  platform: z.optional(Short),
  os_version: z.optional(Short),
  device_model: z.optional(Short),
  app_version: z.optional(Short),
});
export type DeviceDescription = z.infer<typeof DeviceDescription>;

/** The account's way in. `step_up_token` is the original backend's; a Holdfast relay passes over it (docs/protocol.md §5). */
export const EnrollFinishRequest = z.object({
  client_id: Id,
  step_up_token: z.nullish(z.string().check(z.maxLength(8192))),
  device: z.optional(DeviceDescription),
  device_identity: DeviceIdentity,
  device_key_proof: DeviceKeyProof,
});
export type EnrollFinishRequest = z.infer<typeof EnrollFinishRequest>;

/** A pairing code alone makes a device a controller of one host (docs/protocol.md §8). */
export const ClaimFinishRequest = z
  .object({
    client_id: Id,
    pairing_code: z.optional(Short),
    manual_pairing_code: z.optional(Short),
    device: DeviceDescription,
    device_identity: DeviceIdentity,
    device_key_proof: DeviceKeyProof,
  })
  .check(exactlyOneCode);
export type ClaimFinishRequest = z.infer<typeof ClaimFinishRequest>;

export const ClaimFinishResponse = z.extend(ControllerGrant, { environment_id: Id });
export type ClaimFinishResponse = z.infer<typeof ClaimFinishResponse>;

export const ClientPairRequest = z
  .object({ client_id: Id, pairing_code: z.nullish(Short), manual_pairing_code: z.nullish(Short) })
  .check(exactlyOneCode);
export type ClientPairRequest = z.infer<typeof ClientPairRequest>;

export const ClientPairResponse = z.object({ environment_id: Id });
export type ClientPairResponse = z.infer<typeof ClientPairResponse>;

/** `session` tells several links of one device apart: the sender's own, random, the same at every reconnect (docs/protocol.md §8). */
export const TicketRequest = z.object({
  session: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/, 'a session id'))),
});
export type TicketRequest = z.infer<typeof TicketRequest>;

export const TicketResponse = z.object({ ticket: Token, expires_at: Timestamp });
export type TicketResponse = z.infer<typeof TicketResponse>;

const Text = z.nullish(z.string().check(z.maxLength(256)));

/** What a Holdfast relay knows beside `online` (docs/protocol.md §8). */
export const PresenceItem = z.object({
  /** When the host last answered end to end; null if it never did. */
  answered_at: z.nullable(Timestamp),
  /** Both null while it is online. */
  offline_since: z.nullable(Timestamp),
  offline_reason: z.nullable(z.string().check(z.maxLength(1_000))),
});
export type PresenceItem = z.infer<typeof PresenceItem>;

/** What a controller sees of a host. */
export const EnvironmentItem = z.object({
  env_id: Id,
  kind: Text,
  display_name: Text,
  host_name: Text,
  online: z.boolean(),
  busy: z.nullish(z.boolean()),
  os: Text,
  os_version: Text,
  arch: Text,
  app_server_version: Text,
  client_type: Text,
  client_name: Text,
  client_version: Text,
  installation_id: Text,
  last_seen_at: z.nullish(Timestamp),
  holdfast: z.optional(PresenceItem),
});
export type EnvironmentItem = z.infer<typeof EnvironmentItem>;

export const EnvironmentList = z.object({
  items: z.array(EnvironmentItem).check(z.maxLength(100)),
  cursor: z.nullish(z.string()),
});
export type EnvironmentList = z.infer<typeof EnvironmentList>;

export const ClientPatch = z.object({ display_name: Short });
export type ClientPatch = z.infer<typeof ClientPatch>;

export const EnvironmentPatch = z.object({ display_name: Short });
export type EnvironmentPatch = z.infer<typeof EnvironmentPatch>;

export const SOCKET_AUDIENCE = 'remote_control_client_websocket';

/** The first frame of a controller's websocket (docs/protocol.md §6). Its members are camelCase on the wire. */
export const SocketChallenge = z.object({
  type: z.literal('device_key_challenge'),
  purpose: z.literal(SOCKET_AUDIENCE),
  audience: z.literal(SOCKET_AUDIENCE),
  nonce: Short,
  sessionId: Short,
  targetOrigin: Short,
  targetPath: Short,
  accountUserId: Short,
  clientId: Id,
  tokenSha256Base64url: Short,
  tokenExpiresAt: z.union([Timestamp, z.number()]),
  scopes: z.array(Short).check(z.maxLength(16)),
});
export type SocketChallenge = z.infer<typeof SocketChallenge>;

export const SocketProof = z.object({
  type: z.literal('device_key_proof'),
  keyId: Short,
  signatureDerBase64: Base64,
  signedPayloadBase64: Base64,
  algorithm: z.literal(DEVICE_KEY_ALGORITHM),
});
export type SocketProof = z.infer<typeof SocketProof>;

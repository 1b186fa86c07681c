import * as z from 'zod/mini';
import { exactlyOneCode } from './exactly-one-code.ts';
import { limits } from './limits.ts';

/** An id travels in headers and paths: printable ASCII without spaces. */
export const Id = z
  .string()
  .check(z.minLength(1), z.maxLength(limits.idLength), z.regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces'));
/** A token must be good for a header: visible ASCII (RFC 9110 §5.5). */
export const Token = z.string().check(z.minLength(1), z.maxLength(8192), z.regex(/^[\x21-\x7e]+$/, 'visible ASCII'));
const Label = z.string().check(z.minLength(1), z.maxLength(256));
/** RFC 3339, and a moment that exists. */
export const Timestamp = z.string().check(
  z.maxLength(64),
  z.refine(
    (text) => /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/.test(text) && Number.isFinite(Date.parse(text)),
    'an RFC 3339 date and time',
  ),
);

/** docs/protocol.md §2 */
export const EnrollRequest = z.object({
  name: Label,
  os: Label,
  arch: Label,
  app_server_version: Label,
  installation_id: Id,
});
export type EnrollRequest = z.infer<typeof EnrollRequest>;

export const RefreshRequest = z.object({ server_id: Id, installation_id: Id });
export type RefreshRequest = z.infer<typeof RefreshRequest>;

/** The answer of both `server/enroll` and `server/refresh`. */
export const ServerGrant = z.object({
  server_id: Id,
  environment_id: Id,
  remote_control_token: Token,
  expires_at: Timestamp,
});
export type ServerGrant = z.infer<typeof ServerGrant>;

export const PairRequest = z.object({ manual_code: z._default(z.boolean(), false) });
export type PairRequest = z.infer<typeof PairRequest>;

export const PairResponse = z.object({
  pairing_code: Label,
  manual_pairing_code: z.nullish(Label),
  server_id: Id,
  environment_id: Id,
  expires_at: Timestamp,
});
export type PairResponse = z.infer<typeof PairResponse>;

export const CodeChoice = z
  .object({ pairing_code: z.nullish(Label), manual_pairing_code: z.nullish(Label) })
  .check(exactlyOneCode);
export type CodeChoice = z.infer<typeof CodeChoice>;

export const PairStatusResponse = z.object({ claimed: z.boolean() });
export type PairStatusResponse = z.infer<typeof PairStatusResponse>;

const Detail = z.nullish(z.string().check(z.maxLength(256)));

export const ClientItem = z.object({
  client_id: Id,
  display_name: Detail,
  device_type: Detail,
  platform: Detail,
  os_version: Detail,
  device_model: Detail,
  app_version: Detail,
  last_seen_at: z.nullish(Timestamp),
});
export type ClientItem = z.infer<typeof ClientItem>;

export const ClientList = z.object({
  items: z.array(ClientItem).check(z.maxLength(100)),
  cursor: z.nullish(z.string().check(z.maxLength(limits.cursorLength))),
});
export type ClientList = z.infer<typeof ClientList>;

/** A relay's error body. `detail` is a sentence for a person; the moment to come back is in `Retry-After`. */
export const ErrorBody = z.object({
  detail: z.string(),
  code: z.optional(z.string()),
  request_id: z.optional(z.string()),
  /** How many more guesses of a pairing code are taken. */
  tries_left: z.optional(z.number().check(z.int(), z.minimum(0))),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

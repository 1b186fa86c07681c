import * as z from 'zod/mini';

/** What a person types: an id, or a name. */
const Typed = z.string().check(z.minLength(1), z.maxLength(256));

export const EnvironmentParams = z.object({ environment: Typed });
export const EnvironmentRenameParams = z.object({ environment: Typed, name: Typed });
export const ClientParams = z.object({ client: Typed });
export const ClientRenameParams = z.object({ client: Typed, name: Typed });
export const BackupParams = z.object({
  file: z.string().check(z.minLength(1), z.maxLength(4_096)),
  force: z.optional(z.boolean()),
});
/** Without one it is the relay's owner. */
export const AccountParams = z.object({ account: z.optional(Typed) });
export const AccountCreateParams = z.object({ name: z.optional(Typed) });
/** Without one it is all of them. */
export const DrillStopParams = z.object({ id: z.optional(Typed) });
export const AccountRemoveParams = z.object({ account: Typed });

import * as z from 'zod/mini';
import { WireError } from './errors.ts';

/**
 * Checks a body once, at the edge; what comes out is typed from there on.
 *
 * @param what names it in the error: "the relay's answer to server/enroll".
 * @throws WireError `ERR_WIRE_BODY` naming each member at fault, never its value.
 */
export function parseBody<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  throw new WireError('ERR_WIRE_BODY', `${what} is malformed: ${faults.join('; ')}`);
}

import { readKept, writeKept } from './local-keeping.ts';

/**
 * The session of this browser's link to a machine (docs/protocol.md §8). It is kept, so that a stream that the page left open is taken up
 * by the next one; there is never more than one page at a time.
 */
export function sessionName(machineId: string): string {
  const key = `session:${machineId}`;
  const kept = readKept(key);
  if (/^[\w-]{16,64}$/.test(kept)) return kept;
  const fresh = crypto.randomUUID();
  writeKept(key, fresh);
  return fresh;
}

export const forgetSession = (machineId: string): void => writeKept(`session:${machineId}`, '');

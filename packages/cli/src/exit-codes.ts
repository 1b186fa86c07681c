/** What the process ends with; the numbers are those of sysexits.h where it has one. In docs/commands.md. */
export const exitCodes = {
  ok: 0,
  /** It ran, and failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The relay or the host cannot be reached, or refuses for now. */
  unavailable: 69,
  /** A data folder cannot be used: taken, damaged, not writable. */
  data: 73,
  /** Credentials or a pairing code are missing or were refused. */
  refused: 77,
  /** Node is too old. */
  config: 78,
} as const;

/** What one means, for a person who sees nothing but the number; null for those of others. */
export function meaningOf(code: number): string | null {
  const meanings: Readonly<Record<number, string>> = {
    [exitCodes.failed]: 'it failed',
    [exitCodes.usage]: 'its command line is wrong',
    [exitCodes.unavailable]: 'the relay or the host cannot be reached',
    [exitCodes.data]: 'its data folder is taken, damaged or not writable',
    [exitCodes.refused]: 'its account is missing or was refused',
    [exitCodes.config]: 'Node is too old',
  };
  return meanings[code] ?? null;
}

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

/** How the relay governs itself. Times are milliseconds. */
export interface PressureLimits {
  /** Callers wait in place for so long, as far as can be foreseen; the others are told to come back. */
  readonly patienceMs: number;
  /** Whoever has waited in place for so long after all is told to come back, before it gives up by itself: peers wait for 30 s. */
  readonly tooLongMs: number;
  /** So many may be waiting whatever is measured: a lightly loaded relay sends nobody away. */
  readonly alwaysAtOnce: number;
  /** Nobody is told to stay away for longer. */
  readonly horizonMs: number;
  /** Callers who have a slot of their own at one time. Whoever comes beyond is told a random moment of the horizon's second half. */
  readonly slots: number;
  /** An event loop later than this has little time for newcomers until it is on time again. */
  readonly targetDelayMs: number;
}

export const defaultPressureLimits: PressureLimits = {
  patienceMs: 3_000,
  tooLongMs: 10_000,
  alwaysAtOnce: 50,
  horizonMs: 300_000,
  slots: 50_000,
  targetDelayMs: 100,
};

/** How the relay governs itself. Times are milliseconds. */
export interface PressureLimits {
  /** An event loop later than this is under pressure, until it has not been for `calmAfterMs`. */
  readonly targetDelayMs: number;
  readonly calmAfterMs: number;
  /** So many a second pass whatever is measured, and `alwaysAtOnce` of them at once: a lightly loaded relay lets nobody wait. */
  readonly alwaysPerSecond: number;
  readonly alwaysAtOnce: number;
  /** What part of the event loop's time enrolling, refreshing and connecting may take under pressure: at first, at least and at most. */
  readonly share: number;
  readonly leastShare: number;
  readonly mostShare: number;
  /** Nobody is told to wait longer. */
  readonly horizonMs: number;
  /** Callers who have a slot of their own at one time. Whoever comes beyond is told a random moment of the horizon's second half. */
  readonly slots: number;
}

export const defaultPressureLimits: PressureLimits = {
  targetDelayMs: 100,
  calmAfterMs: 2_000,
  alwaysPerSecond: 50,
  alwaysAtOnce: 100,
  share: 0.7,
  leastShare: 0.05,
  mostShare: 0.9,
  horizonMs: 300_000,
  slots: 50_000,
};

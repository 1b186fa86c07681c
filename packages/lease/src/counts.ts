/** What has happened since the lease was made. */
export interface LeaseCounts {
  /** Requests sent to the authority. */
  readonly started: number;
  /** Calls that wanted a refresh and were answered locally, since none was permitted. */
  readonly suppressed: number;
  /** Calls that found a refresh under way and shared it. */
  readonly joined: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Tokens that came through `adopt()` or from another lease of the same store. */
  readonly adopted: number;
  /** Answers that came after their token had been replaced or forgotten. */
  readonly late: number;
  /** Enrollments after `gone` that succeeded. */
  readonly reenrolled: number;
}

export type MutableCounts = { -readonly [Name in keyof LeaseCounts]: number };

export function noCounts(): MutableCounts {
  return { started: 0, suppressed: 0, joined: 0, succeeded: 0, failed: 0, adopted: 0, late: 0, reenrolled: 0 };
}

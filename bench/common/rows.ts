/** One number of the bench. */
export interface Row {
  readonly name: string;
  /** Null where there is nothing to measure. */
  readonly value: number | null;
  readonly unit: string;
  /** What has been set as a goal. Null for peers and floors, which are shown for comparison. */
  readonly mark: number | null;
  /** Whether the mark is met; null without one. */
  readonly holds: boolean | null;
}

/** A number for comparison. */
export function shown(name: string, value: number | null, unit: string): Row {
  return { name, value, unit, mark: null, holds: null };
}

/** A number that must not exceed its mark. */
export function atMost(mark: number, name: string, value: number, unit: string): Row {
  return { name, value, unit, mark, holds: value <= mark };
}

/** A number that has to reach its mark. */
export function atLeast(mark: number, name: string, value: number, unit: string): Row {
  return { name, value, unit, mark, holds: value >= mark };
}

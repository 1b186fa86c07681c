/** What a check found. `skipped`: there was nothing to look at, or what it needs had failed. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'skipped';

export interface Finding {
  readonly verdict: Verdict;
  /** What was seen, for a person. */
  readonly seen: string;
  /** What to do about it; null: nothing. */
  readonly advice: string | null;
}

export const pass = (seen: string): Finding => ({ verdict: 'pass', seen, advice: null });
export const warn = (seen: string, advice: string): Finding => ({ verdict: 'warn', seen, advice });
export const fail = (seen: string, advice: string): Finding => ({ verdict: 'fail', seen, advice });
export const skipped = (seen: string): Finding => ({ verdict: 'skipped', seen, advice: null });

export interface Check {
  readonly name: string;
  /** Names of checks without which this one could only repeat their failure. */
  readonly needs: readonly string[];
  /** In milliseconds. Default: `CHECK_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  /** May throw: that is a failure, told by the error's message. Is to end soon after `signal` aborts. */
  run(signal: AbortSignal): Promise<Finding>;
}

/** A finding with its place. */
export interface Result extends Finding {
  readonly check: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

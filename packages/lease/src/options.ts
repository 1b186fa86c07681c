import { type Clock, type Random, systemClock } from './clock.ts';
import type { RefreshAttempt, RefreshFailure, RefreshOutcome } from './outcome.ts';
import type { DeadlineStore } from './store.ts';

export interface LeaseOptions {
  /** Asks the authority for a token. Called once at a time. Must honour `attempt.signal`, and follow no redirect. */
  readonly refresh: (attempt: RefreshAttempt) => Promise<RefreshOutcome>;
  /**
   * After a 401 or 403: gets the account's credentials anew. True: they changed, try once more. False: they did not; the lease sends
   * nothing until `credentialsChanged()`. If it throws, nothing is known, and the lease waits out a deadline. Default: none.
   */
  readonly recover?: ((failure: RefreshFailure, signal: AbortSignal) => Promise<boolean>) | undefined;
  /** After `gone`: enrolls again and resolves to the new token. Part of the same flight. Default: none. */
  readonly reenroll?: ((attempt: RefreshAttempt) => Promise<RefreshOutcome>) | undefined;
  /** Keeps the deadline across restarts. Default: none, it is forgotten with the process. */
  readonly store?: DeadlineStore | undefined;
  /** Default: the platform's clocks. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
  /** What errors call this lease. Default: `token`. */
  readonly name?: string | undefined;
  /** The longest a request may take, headers and body together, in ms. 1 to 600,000; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The furthest a deadline may lie ahead, in ms, whatever the authority asks for. 1,000 to 86,400,000; default 3,600,000. */
  readonly deadlineCapMs?: number | undefined;
  /** How long before its expiry a token is renewed, in ms; never more than a third of its life. 0 to 86,400,000; default 300,000. */
  readonly windowMs?: number | undefined;
  /** How many times an hour `reenroll` may succeed before the lease stops believing it. 1 to 1,000; default 3. */
  readonly reenrollsPerHour?: number | undefined;
}

export interface ResolvedOptions {
  readonly refresh: NonNullable<LeaseOptions['refresh']>;
  readonly recover: LeaseOptions['recover'];
  readonly reenroll: LeaseOptions['reenroll'];
  readonly store: LeaseOptions['store'];
  readonly clock: Clock;
  readonly random: Random;
  readonly name: string;
  readonly timeoutMs: number;
  readonly deadlineCapMs: number;
  readonly windowMs: number;
  readonly reenrollsPerHour: number;
}

export function resolveOptions(options: LeaseOptions): ResolvedOptions {
  return {
    refresh: options.refresh,
    recover: options.recover,
    reenroll: options.reenroll,
    store: options.store,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    name: options.name ?? 'token',
    timeoutMs: inRange('timeoutMs', options.timeoutMs ?? 30_000, 1, 600_000),
    deadlineCapMs: inRange('deadlineCapMs', options.deadlineCapMs ?? 3_600_000, 1_000, 86_400_000),
    windowMs: inRange('windowMs', options.windowMs ?? 300_000, 0, 86_400_000),
    reenrollsPerHour: inRange('reenrollsPerHour', options.reenrollsPerHour ?? 3, 1, 1_000),
  };
}

/** @throws RangeError that names the option, its value and its range */
export function inRange(option: string, value: number, min: number, max: number): number {
  // Written so that NaN fails too.
  if (value >= min && value <= max) return value;
  throw new RangeError(`${option} is ${value}; it must be a number from ${min} to ${max}.`);
}

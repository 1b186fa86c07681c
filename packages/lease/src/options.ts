import { type Clock, type Random, systemClock } from './clock.ts';
import type { RefreshAttempt, RefreshFailure, RefreshOutcome } from './outcome.ts';
import type { LeaseStore } from './store.ts';
import { checkKey, type ShareToken } from './token-seal.ts';

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
  /** Where the deadline, the generation and a lock are shared, with other processes and with this one's successor. Default: none. */
  readonly store?: LeaseStore | undefined;
  /** Shares the token too, encrypted with this key. Needs a store. Default: never; leases of one store then refresh in turn. */
  readonly shareToken?: ShareToken | undefined;
  /**
   * Whether a refresh whose outcome is unknown may be repeated: a timeout, a lost connection, a process that died. True for client
   * credentials. False where each refresh uses up what the next one needs, such as a rotating refresh token: the lease then sends
   * nothing until `credentialsChanged()` or `adopt()`. Default: true.
   */
  readonly refreshIsIdempotent?: boolean | undefined;
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
  readonly shareToken: LeaseOptions['shareToken'];
  readonly refreshIsIdempotent: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly name: string;
  readonly timeoutMs: number;
  readonly deadlineCapMs: number;
  readonly windowMs: number;
  readonly reenrollsPerHour: number;
}

/** @throws RangeError */
export function resolveOptions(options: LeaseOptions): ResolvedOptions {
  if (options.shareToken !== undefined) checkKey(options.shareToken);
  if (options.shareToken !== undefined && options.store === undefined) {
    throw new RangeError(
      'shareToken is given, but store is not; it must be given too, as the place where the token is shared.',
    );
  }
  return {
    refresh: options.refresh,
    recover: options.recover,
    reenroll: options.reenroll,
    store: options.store,
    shareToken: options.shareToken,
    refreshIsIdempotent: options.refreshIsIdempotent ?? true,
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

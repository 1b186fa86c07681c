import { type Reading, remaining } from './clock.ts';
import { isAhead } from './deadline.ts';
import type { Held, LeaseRecord } from './record.ts';

/**
 * - `fresh`: the token is valid, and nothing is to be done, or nothing may be done yet.
 * - `due`: the token is valid, and may and should be renewed.
 * - `required`: there is no valid token, and the authority may be asked.
 * - `deferred`: there is no valid token, and the authority may not be asked.
 */
export type LeaseState = 'fresh' | 'due' | 'required' | 'deferred';

export function decide(record: LeaseRecord, now: Reading): LeaseState {
  if (isValid(record.held, now)) {
    return remaining(record.held.renewFrom, now) <= 0 && mayAsk(record, now) ? 'due' : 'fresh';
  }
  return mayAsk(record, now) ? 'required' : 'deferred';
}

/** Whether both clocks say that the token may be used. */
export function isValid(held: Held | null, now: Reading): held is Held {
  return held !== null && remaining(held.expires, now) > 0;
}

/** Whether a request may be sent to the authority, whoever wants it. */
export function mayAsk(record: LeaseRecord, now: Reading): boolean {
  return record.latch === null && !isAhead(record.deadline, now);
}

/**
 * Whether a caller that wants `minValidityMs` should wait for a new token. Never more than two thirds of a token's life are
 * granted: who asks for more than the authority gives would otherwise cause a refresh on every call.
 */
export function isTooShort(held: Held, now: Reading, minValidityMs: number): boolean {
  return remaining(held.expires, now) < Math.min(minValidityMs, (held.lifeMs * 2) / 3);
}

/**
 * Renewals in the background use the first part of the window, so that a failure leaves time for another try, and all of that part, so that
 * a fleet whose tokens expire together does not renew together (docs/storms.md).
 */
const RENEWAL_SHARE = 0.8;

/**
 * How long until a renewal in the background may start, in ms; zero or less: now; null: only a change of the record can tell.
 *
 * @param spread in [0, 1), one per token: where in the window this process renews, so that a fleet does not do it at once
 */
export function untilRenewal(record: LeaseRecord, now: Reading, spread: number): number | null {
  if (record.latch !== null) return null;
  const { held, deadline } = record;
  const permitted = deadline === null ? 0 : remaining(deadline.until, now);
  if (!isValid(held, now)) return permitted;
  const windowMs = held.expires.monotonic - held.renewFrom.monotonic;
  return Math.max(permitted, remaining(held.renewFrom, now) + windowMs * RENEWAL_SHARE * spread);
}

import type { Reading } from './clock.ts';
import { endsAt, isAhead } from './deadline.ts';
import { LeaseError, type LeaseErrorCode } from './errors.ts';
import type { FailureKind, RefreshFailure } from './outcome.ts';
import type { Latch, LeaseRecord } from './record.ts';

const CODES: Record<FailureKind, LeaseErrorCode> = {
  transient: 'ERR_LEASE_TRANSIENT',
  invalid: 'ERR_LEASE_INVALID',
  unauthorized: 'ERR_LEASE_UNAUTHORIZED',
  gone: 'ERR_LEASE_GONE',
};

const LATCH_CODES: Record<Latch, LeaseErrorCode> = {
  unauthorized: 'ERR_LEASE_UNAUTHORIZED',
  ambiguous: 'ERR_LEASE_AMBIGUOUS',
};

/** The error for callers who waited for a request that failed. */
export function failed(name: string, failure: RefreshFailure, record: LeaseRecord, now: Reading): LeaseError {
  return describe(CODES[failure.kind], `No ${name}: ${failure.message}`, failure, record, now);
}

/** The error for a caller who is turned away locally. */
export function refused(name: string, record: LeaseRecord, now: Reading): LeaseError {
  const failure = record.lastFailure;
  const code = record.latch === null ? 'ERR_LEASE_DEFERRED' : LATCH_CODES[record.latch];
  const why =
    failure === null ? 'another process, or an earlier one, was turned away or ended while it asked' : failure.message;
  return describe(code, `No ${name}, and nothing was sent: ${why}`, failure, record, now);
}

function describe(
  code: LeaseErrorCode,
  what: string,
  failure: RefreshFailure | null,
  record: LeaseRecord,
  now: Reading,
): LeaseError {
  const { status = null, requestId = null } = failure?.answer ?? {};
  const retryAt = isAhead(record.deadline, now) && record.latch === null ? endsAt(record.deadline, now) : null;
  const request = requestId === null ? '' : ` (request id ${requestId})`;
  const message = `${what.replace(/\.$/, '')}${request}.${next(record, retryAt)}`;
  return new LeaseError(code, message, { retryAt, status, requestId, cause: failure?.cause });
}

function next(record: LeaseRecord, retryAt: number | null): string {
  if (record.latch === 'unauthorized') return ' The authority is asked again once the credentials change.';
  if (record.latch === 'ambiguous') return ' It is not repeated: get new credentials, or a token by another way.';
  return retryAt === null ? '' : ` The authority may be asked again at ${isoTime(retryAt)}.`;
}

/** A far-off number is no date, and must not turn an explanation into a RangeError. */
function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms since the epoch` : date.toISOString();
}

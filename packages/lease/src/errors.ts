/**
 * - `ERR_LEASE_DEFERRED`: there is no token, and the authority may not be asked before `retryAt`. Nothing was sent.
 * - `ERR_LEASE_TRANSIENT`: the authority was asked and failed: overload, timeout, network. May be asked again at `retryAt`.
 * - `ERR_LEASE_INVALID`: it answered with something that is of no use. May be asked again at `retryAt`.
 * - `ERR_LEASE_UNAUTHORIZED`: it refused the credentials. Nothing is sent until they change.
 * - `ERR_LEASE_AMBIGUOUS`: a refresh that must not be repeated may have been carried out, but its answer never came. Nothing is
 *   sent until the credentials change.
 * - `ERR_LEASE_GONE`: it no longer knows who is asking, and enrolling again is impossible or used up for now.
 * - `ERR_LEASE_CLOSED`: the lease was closed.
 */
export type LeaseErrorCode =
  | 'ERR_LEASE_DEFERRED'
  | 'ERR_LEASE_TRANSIENT'
  | 'ERR_LEASE_INVALID'
  | 'ERR_LEASE_UNAUTHORIZED'
  | 'ERR_LEASE_AMBIGUOUS'
  | 'ERR_LEASE_GONE'
  | 'ERR_LEASE_CLOSED';

export interface LeaseErrorDetails {
  readonly retryAt?: number | null;
  readonly status?: number | null;
  readonly requestId?: string | null;
  readonly cause?: unknown;
}

/** Why there is no token. Never contains one. */
export class LeaseError extends Error {
  override readonly name: string = 'LeaseError';
  readonly code: LeaseErrorCode;
  /** When the authority may be asked again, in ms since the epoch; null when no time makes it so. */
  readonly retryAt: number | null;
  /** The HTTP status of the authority's last answer, if it gave one. */
  readonly status: number | null;
  readonly requestId: string | null;

  constructor(code: LeaseErrorCode, message: string, details: LeaseErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAt = details.retryAt ?? null;
    this.status = details.status ?? null;
    this.requestId = details.requestId ?? null;
  }
}

/** The lease was closed, before the call or while it waited. */
export class LeaseClosedError extends LeaseError {
  override readonly name = 'LeaseClosedError';

  constructor(lease: string) {
    super('ERR_LEASE_CLOSED', `The lease "${lease}" is closed; make a new one to get a token.`);
  }
}

/**
 * - `ERR_CONTROLLER_URL`: the relay's address is none.
 * - `ERR_CONTROLLER_CODE`: the pairing code is malformed, wrong, expired or used; `triesLeft` says how many guesses the relay still takes.
 * - `ERR_CONTROLLER_CREDENTIALS`: stored credentials cannot be read, or these cannot be exported.
 * - `ERR_CONTROLLER_UNSUPPORTED`: this platform lacks something the SDK needs.
 * - `ERR_CONTROLLER_NETWORK`: the relay could not be reached, did not answer in time, or the link to it broke.
 * - `ERR_CONTROLLER_RELAY`: the relay answered with an error; see `status`, `requestId` and `retryAt`.
 * - `ERR_CONTROLLER_MALFORMED`: what came is not what docs/protocol.md says.
 * - `ERR_CONTROLLER_DEFERRED`: the relay asked for a pause that ends at `retryAt`; nothing was sent.
 * - `ERR_CONTROLLER_UNAUTHORIZED`: a token minted a moment ago was refused.
 * - `ERR_CONTROLLER_REVOKED`: this device may no longer control anything here; pair it again.
 * - `ERR_CONTROLLER_CLOSED`: the controller or the stream was closed by its user.
 * - `ERR_CONTROLLER_MESSAGE`: what was to be sent is no JSON-RPC message, or not allowed there.
 * - `ERR_CONTROLLER_FULL`: too much is waiting for the relay; wait for `drain()`.
 * - `ERR_CONTROLLER_STREAM_GONE`: the host no longer knows the stream; open a new one and initialize again.
 * - `ERR_CONTROLLER_NOT_HOLDFAST`: the host is not Holdfast's, so that it cannot be asked about itself.
 * - `ERR_CONTROLLER_TIMEOUT`: a JSON-RPC request was not answered within its `timeoutMs`.
 */
export type ControllerErrorCode =
  | 'ERR_CONTROLLER_URL'
  | 'ERR_CONTROLLER_CODE'
  | 'ERR_CONTROLLER_CREDENTIALS'
  | 'ERR_CONTROLLER_UNSUPPORTED'
  | 'ERR_CONTROLLER_NETWORK'
  | 'ERR_CONTROLLER_RELAY'
  | 'ERR_CONTROLLER_MALFORMED'
  | 'ERR_CONTROLLER_DEFERRED'
  | 'ERR_CONTROLLER_UNAUTHORIZED'
  | 'ERR_CONTROLLER_REVOKED'
  | 'ERR_CONTROLLER_CLOSED'
  | 'ERR_CONTROLLER_MESSAGE'
  | 'ERR_CONTROLLER_FULL'
  | 'ERR_CONTROLLER_STREAM_GONE'
  | 'ERR_CONTROLLER_NOT_HOLDFAST'
  | 'ERR_CONTROLLER_TIMEOUT';

export interface ControllerErrorDetails {
  readonly status?: number | null;
  readonly relayCode?: string | null;
  readonly requestId?: string | null;
  readonly retryAt?: number | null;
  readonly triesLeft?: number | null;
  readonly cause?: unknown;
}

/** Everything the SDK throws, except an abort, which is the signal's own reason. Never contains a token, a key or a pairing code. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError';
  readonly code: ControllerErrorCode;
  /** The HTTP status of the relay's answer; null where there was none. */
  readonly status: number | null;
  /** The `code` of the relay's own error body (docs/protocol.md §8); null where there was none. */
  readonly relayCode: string | null;
  /** What to name to whoever runs the relay. */
  readonly requestId: string | null;
  /** When the relay may be asked again, in ms since the epoch; null where it did not say. */
  readonly retryAt: number | null;
  /** How many more guesses of a pairing code the relay takes; null where it did not say. */
  readonly triesLeft: number | null;

  constructor(code: ControllerErrorCode, message: string, details: ControllerErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.relayCode = details.relayCode ?? null;
    this.requestId = details.requestId ?? null;
    this.retryAt = details.retryAt ?? null;
    this.triesLeft = details.triesLeft ?? null;
  }
}

/** What was caught, as an error of this SDK. */
export function asControllerError(caught: unknown): ControllerError {
  if (caught instanceof ControllerError) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  return new ControllerError('ERR_CONTROLLER_NETWORK', message, { cause: caught });
}

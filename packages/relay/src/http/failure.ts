import { type ErrorBody, headers, SERVER_NOT_FOUND_DETAIL } from '@holdfast/wire';
import { safeHeaders } from './safe-headers.ts';

/** A request that is refused. `detail` is for a person: what is wrong and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  /** Members of the body beside those of every error. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    { retryAfterMs, ...extra }: { retryAfterMs?: number; [member: string]: unknown } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.extra = extra;
  }
}

/** Answered with exactly one member: a host takes this and nothing else to mean that it was deleted (docs/protocol.md §3). */
export const serverNotFound = (): Failure => new Failure(404, 'server_not_found', SERVER_NOT_FOUND_DETAIL);

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function answerOf(failure: Failure, requestId: string): Answer {
  const { status, code, message, extra, retryAfterMs } = failure;
  const body: ErrorBody & Record<string, unknown> =
    code === 'server_not_found' ? { detail: message } : { detail: message, code, request_id: requestId, ...extra };
  return {
    status,
    headers: {
      ...safeHeaders,
      'content-type': 'application/json',
      [headers.requestId]: requestId,
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: JSON.stringify(body),
  };
}

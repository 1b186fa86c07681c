import { BodyTooLargeError, discardBody, readBody, readPreview } from './body.ts';
import { classifyNotFound, classifyStatus } from './classify.ts';
import { type Clock, read, systemClock } from './clock.ts';
import { inRange } from './options.ts';
import type { FailureKind, RefreshAnswer, RefreshAttempt, RefreshFailure, RefreshOutcome } from './outcome.ts';
import { serverTime } from './retry-after.ts';

export interface HttpRefreshOptions {
  /**
   * Sends the request and resolves once the headers are there. Must pass `attempt.signal` on, and ask for `redirect: 'manual'`:
   * credentials do not follow a redirect. What it throws counts as transient.
   */
  readonly request: (attempt: RefreshAttempt) => Promise<Response>;
  /**
   * Reads the token from a JSON body. Throws on nonsense, foreign ids included; the error's message is shown to people and must not
   * repeat the body. `serverNow` is the server's clock in ms, for authorities that tell a life in place of an expiry.
   */
  readonly parse: (body: unknown, context: { readonly serverNow: number }) => { token: string; expiresAt: number };
  /** What messages call this request, such as `POST /server/refresh`. Default: `the request`. */
  readonly name?: string | undefined;
  /** Makes of the start of a failure's body what people may read. Without it the body of a failure is not shown. */
  readonly preview?: ((body: string) => string) | undefined;
  /** The clock that the lease uses. Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** The most bytes that are read of a success. 1 to 16,777,216; default 65,536. */
  readonly maxBodyBytes?: number | undefined;
}

const PREVIEW_BYTES = 4_096;

/** A failure's status says enough: its body gets this long, no matter how much of the timeout is left. */
const PREVIEW_MS = 1_000;

const REQUEST_ID_HEADERS = ['x-request-id', 'x-oai-request-id', 'cf-ray'];

/** A refresh function that makes a request over HTTP and tells the lease what the answer means. @throws RangeError */
export function httpRefresh(options: HttpRefreshOptions): (attempt: RefreshAttempt) => Promise<RefreshOutcome> {
  inRange('maxBodyBytes', options.maxBodyBytes ?? 65_536, 1, 16_777_216);
  return async (attempt) => classifyResponse(await options.request(attempt), attempt.signal, options);
}

/**
 * What a response means: call it as soon as the headers are there, since that is the moment from which `Retry-After` counts.
 * Never rejects: a body that breaks off, or does not come before `signal` aborts, is transient.
 */
export async function classifyResponse(
  response: Response,
  signal: AbortSignal,
  options: Omit<HttpRefreshOptions, 'request'>,
): Promise<RefreshOutcome> {
  const clock = options.clock ?? systemClock;
  const answer = readAnswer(response, clock);
  const name = options.name ?? 'the request';
  const failure = (kind: FailureKind, what: string, cause?: unknown): RefreshFailure => {
    return { kind, message: `${name} ${what}`, cause, answer };
  };
  if (response.redirected) {
    discardBody(response);
    return failure('invalid', 'followed a redirect, which a request with credentials must not');
  }
  const verdict = classifyStatus(response.status);
  if (verdict !== 'success' && verdict !== 'undecided') {
    return failure(verdict, `was answered with ${response.status}${await preview(response, signal, clock, options)}`);
  }
  let body: string;
  try {
    body = await readBody(response, options.maxBodyBytes ?? 65_536, signal);
  } catch (error) {
    if (error instanceof BodyTooLargeError)
      return failure('invalid', `was answered with ${response.status}, but ${error.message}`);
    if (signal.aborted) {
      const outcome = failure(
        'transient',
        `was answered with ${response.status}, but its body did not come in time`,
        error,
      );
      return outcome;
    }
    return failure('transient', `was answered with ${response.status}, but its body broke off`, error);
  }
  if (verdict === 'undecided') {
    const kind = classifyNotFound(response.headers.get('content-type'), body);
    const shown = show(body.slice(0, PREVIEW_BYTES), options);
    const whose = kind === 'gone' ? 'by the authority' : 'but not by the authority: the address may be wrong';
    return failure(kind, `was answered with 404, ${whose}${shown}`);
  }
  return parseSuccess(body, answer, failure, options);
}

function parseSuccess(
  body: string,
  answer: RefreshAnswer,
  failure: (kind: FailureKind, what: string) => RefreshFailure,
  { parse }: Pick<HttpRefreshOptions, 'parse'>,
): RefreshOutcome {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, and with it maybe a token.
    return failure('invalid', `was answered with ${answer.status}, but the body is not JSON`);
  }
  try {
    const { token, expiresAt } = parse(value, { serverNow: serverTime(answer.date, answer.receivedAt.wall) });
    return { kind: 'success', token, expiresAt, answer };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it makes no sense';
    return failure('invalid', `was answered with ${answer.status}, but ${why}`);
  }
}

/** What the headers say that a lease wants to know, and when they came. */
export function readAnswer(response: Pick<Response, 'status' | 'headers'>, clock: Clock = systemClock): RefreshAnswer {
  const { headers, status } = response;
  const requestId = REQUEST_ID_HEADERS.map((header) => headers.get(header)).find((id) => id !== null && id !== '');
  return {
    status: status === 0 ? null : status,
    // A peer chose this text, and it goes into messages.
    requestId: requestId?.replace(/[^\x21-\x7e]/g, '').slice(0, 128) ?? null,
    retryAfter: headers.get('retry-after'),
    date: headers.get('date'),
    receivedAt: read(clock),
  };
}

async function preview(
  response: Response,
  signal: AbortSignal,
  clock: Clock,
  options: Pick<HttpRefreshOptions, 'preview'>,
): Promise<string> {
  if (options.preview === undefined) {
    discardBody(response);
    return '';
  }
  const enough = new AbortController();
  const timer = clock.setTimer(PREVIEW_MS, () => enough.abort());
  const body = await readPreview(response, PREVIEW_BYTES, AbortSignal.any([signal, enough.signal]));
  timer.cancel();
  return show(body, options);
}

function show(body: string, { preview }: Pick<HttpRefreshOptions, 'preview'>): string {
  const shown = preview === undefined ? '' : preview(body).trim();
  return shown === '' ? '' : `: ${shown}`;
}

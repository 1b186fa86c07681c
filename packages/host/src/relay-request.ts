import { bodyPreview, limits, requestIdHeaders } from '@holdfast/wire';

/** A call to the relay failed. The message is for a person: what was asked, where, what came back, under which request id. */
export class RelayRequestError extends Error {
  override readonly name = 'RelayRequestError';
  /** The HTTP status, or null when no answer came. */
  readonly status: number | null;
  readonly response: Pick<Response, 'status' | 'headers'> | null;
  /** The body's JSON, where it was JSON. */
  readonly body: unknown;

  constructor(message: string, details: { response?: Response; body?: unknown; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.response = details.response ?? null;
    this.status = details.response?.status ?? null;
    this.body = details.body ?? null;
  }
}

export interface RelayRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The request as fetch takes it: JSON, and no redirect followed, since it carries credentials. */
export function toFetch({ method, headers, body }: RelayRequest, signal: AbortSignal): RequestInit {
  return {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal,
  };
}

/**
 * Sends a request and gives the JSON of its success (undefined for an empty body). The timeout covers headers and body together.
 *
 * @throws RelayRequestError; the signal's reason when that aborts
 */
export async function requestJson(
  fetch: typeof globalThis.fetch,
  request: RelayRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const what = `${request.method} ${request.url}`;
  const timeout = AbortSignal.timeout(limits.httpTimeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(request.url, toFetch(request, AbortSignal.any([signal, timeout])));
    text = await readBounded(response);
  } catch (cause) {
    signal.throwIfAborted();
    throw new RelayRequestError(`${what} failed: ${timeout.aborted ? 'no answer within 30 s' : causeOf(cause)}`, {
      cause,
    });
  }
  const body = parseJson(text);
  if (response.ok && (text === '' || body !== undefined)) return body;
  const id = requestIdHeaders.map((name) => response.headers.get(name)).find((value) => value !== null);
  const shown = bodyPreview(text);
  throw new RelayRequestError(
    `${what} was answered with ${response.status}${response.ok ? ' and a body that is not JSON' : ''}${id ? ` (request id ${id})` : ''}${shown === '' ? '' : `: ${detailOf(body) ?? shown}`}`,
    { response, body },
  );
}

/** What a failed fetch or socket says, without the layers around it. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (error.cause instanceof Error) return causeOf(error.cause);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limits.restBodyBytes) throw new Error(`the answer's body is larger than ${limits.restBodyBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The sentence that a relay's error body holds for a person. */
export function detailOf(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string'
    ? bodyPreview(body.detail)
    : null;
}

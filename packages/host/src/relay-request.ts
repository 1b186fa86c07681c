import { bodyPreview, limits, requestIdHeaders } from '@holdfast/wire';
import { withoutSecrets } from './secrets.ts';

/** A call to the relay failed. The message is for a person: what was asked, where, what came back, under which request id. */
export class RelayRequestError extends Error {
  override readonly name = 'RelayRequestError';
  /** The HTTP status, or null when no answer came. */
  readonly status: number | null;
  // Not fields: a log that prints an error prints those, and an answer may repeat a secret.
  readonly #headers: Headers | null;
  readonly #body: unknown;

  constructor(message: string, details: { response?: Response; body?: unknown; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.response?.status ?? null;
    this.#headers = details.response?.headers ?? null;
    this.#body = details.body ?? null;
  }

  /** Of the answer; null when none came. */
  get headers(): Headers | null {
    return this.#headers;
  }

  /** The body's JSON, where it was JSON. May hold secrets. */
  get body(): unknown {
    return this.#body;
  }
}

export interface RelayRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What else of it, beside the bearer token, an error must not repeat. */
  readonly secrets?: readonly string[];
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
  throw new RelayRequestError(`${what} was answered with ${describeAnswer(response, text, request)}`, {
    response,
    body,
  });
}

function describeAnswer(response: Response, text: string, request: RelayRequest): string {
  const id = requestId((name) => response.headers.get(name));
  const answered = `${response.status}${id === null ? '' : ` (request id ${id})`}`;
  // The body of a success is full of secrets, whatever form it has: it is not shown.
  if (response.ok) return `${answered} and a body that is not JSON`;
  const bearer = request.headers['authorization']?.replace(/^Bearer /, '') ?? null;
  const safe = withoutSecrets(text, [bearer, ...(request.secrets ?? [])]);
  const said = detailOf(parseJson(safe)) ?? bodyPreview(safe);
  return said === '' ? answered : `${answered}: ${said}`;
}

/** The id under which the relay logged a request. A peer chose it, and it goes into messages. */
export function requestId(header: (name: string) => string | null | undefined): string | null {
  const id = requestIdHeaders.map(header).find((value) => value != null && value !== '');
  return id?.replace(/[^\x21-\x7e]/g, '').slice(0, 128) ?? null;
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

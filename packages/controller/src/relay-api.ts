import { bodyPreview, ErrorBody, endpoint, headers, limits, parseBody, requestIdHeaders } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import { ControllerError } from './errors.ts';
import { parseHttpDate, parseRetryAfter } from './retry-after.ts';

/** What is used of an answer. */
export interface FetchedResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader } | null;
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** What is used of `fetch`, so that any like it will do. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    redirect: 'error';
    signal: AbortSignal;
    body?: string;
  },
) => Promise<FetchedResponse>;

/** The platform's own, called as a browser insists: as a method of the global object. */
export const globalFetch: Fetch = (url, init) => fetch(url, init);

export type Schema<T> = Parameters<typeof parseBody<T>>[0];

export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Under the base. */
  readonly path: string;
  readonly body?: object;
  /** Null: nothing is said but that it was done. */
  readonly answer: Schema<T> | null;
  /** The controller token and whose it is. */
  readonly as?: { readonly token: string; readonly clientId: string };
  readonly signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  readonly value: T;
  /** Ms since the epoch by the relay's own clock, so that a wrong local one does no harm. */
  readonly serverNow: number;
}

/** The relay's HTTP side: one call, its time limit, its size limit, and every failure as a `ControllerError`. */
export class RelayApi {
  readonly base: string;
  readonly #fetch: Fetch;
  readonly #clock: Clock;

  constructor(base: string, fetch: Fetch, clock: Clock) {
    this.base = base;
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** @throws ControllerError, or the reason of `call.signal` */
  async call<T>(call: Call<T>): Promise<Answer<T>> {
    call.signal?.throwIfAborted();
    const limit = new AbortController();
    const timer = this.#clock.setTimer(limits.httpTimeoutMs, () => limit.abort());
    const detach = follow(call.signal, limit);
    try {
      const response = await this.#fetch(endpoint(this.base, call.path), {
        method: call.method,
        headers: {
          accept: 'application/json',
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(call.as === undefined
            ? {}
            : { authorization: `Bearer ${call.as.token}`, [headers.clientId]: call.as.clientId }),
        },
        redirect: 'error',
        signal: limit.signal,
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      const text = await readText(response, limit.signal);
      return this.#judge(call, response, text);
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof ControllerError) throw error;
      const why = limit.signal.aborted ? `no answer within ${limits.httpTimeoutMs / 1000} s` : causeOf(error);
      throw new ControllerError('ERR_CONTROLLER_NETWORK', `The relay at ${this.base} cannot be reached: ${why}.`, {
        cause: error,
      });
    } finally {
      timer.cancel();
      detach();
    }
  }

  #judge<T>(call: Call<T>, response: FetchedResponse, text: string): Answer<T> {
    const what = `The relay's answer to ${call.method} ${call.path}`;
    const now = this.#clock.wall();
    const serverNow = parseHttpDate(response.headers.get('date')) ?? now;
    const value = parseJson(text);
    const requestId = requestIdOf(response);
    if (response.ok) {
      try {
        // without a schema nobody looks at the value, and T is nothing
        return { value: call.answer === null ? (undefined as T) : parseBody(call.answer, value, what), serverNow };
      } catch (error) {
        const fault = value === undefined ? `${what} is not JSON` : causeOf(error);
        throw new ControllerError('ERR_CONTROLLER_MALFORMED', `${fault}. Is there a Holdfast relay at ${this.base}?`, {
          status: response.status,
          requestId,
          cause: error,
        });
      }
    }
    const error = errorOf(value);
    const wait = parseRetryAfter(response.headers.get('retry-after'), serverNow);
    throw new ControllerError(
      'ERR_CONTROLLER_RELAY',
      error?.detail ?? `${what} is ${response.status}${text === '' ? '' : `: ${bodyPreview(text)}`}`,
      {
        status: response.status,
        relayCode: error?.code ?? null,
        requestId: error?.request_id ?? requestId,
        retryAt: wait === null ? null : now + wait,
        triesLeft: error?.tries_left ?? null,
      },
    );
  }
}

/** Aborts `limit` with the signal; the result ends that. */
function follow(signal: AbortSignal | undefined, limit: AbortController): () => void {
  if (signal === undefined) return () => {};
  const abort = () => limit.abort();
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

async function readText(response: FetchedResponse, signal: AbortSignal): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (value !== undefined) {
      bytes += value.length;
      text += decoder.decode(value, { stream: true });
    }
    if (done) return text + decoder.decode();
    if (bytes > limits.restBodyBytes) {
      await reader.cancel();
      throw new ControllerError(
        'ERR_CONTROLLER_MALFORMED',
        `The relay's answer is over ${limits.restBodyBytes} bytes.`,
        {
          status: response.status,
          requestId: requestIdOf(response),
        },
      );
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(value: unknown): ErrorBody | null {
  try {
    return parseBody(ErrorBody, value, 'an error');
  } catch {
    return null; // a gateway's page, not the relay's word
  }
}

function requestIdOf(response: FetchedResponse): string | null {
  for (const name of requestIdHeaders) {
    const id = response.headers.get(name);
    if (id !== null) return id.slice(0, 128);
  }
  return null;
}

/** The innermost message: `fetch` says only that it failed, and keeps the reason in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause;
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) return inner.errors[0].message;
  return inner instanceof Error && inner.message !== '' ? inner.message : error.message;
}

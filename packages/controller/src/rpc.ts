import type { RawMessage, RpcId } from '@holdfast/wire';
import { type Clock, systemClock } from './clock.ts';
import { asControllerError, ControllerError } from './errors.ts';
import type { Stream, StreamEnd } from './stream.ts';

/** The other side's error answer to a request. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;

export interface RequestOptions {
  /** Ends the wait; the other side is not told, since JSON-RPC has no word for it. */
  readonly signal?: AbortSignal;
  /** Default: none; the wait ends with the stream. */
  readonly timeoutMs?: number;
}

/** Answers a request of the other side. What it throws becomes the error answer; an `RpcError` keeps its code. */
export type RequestHandler = (method: string, params: unknown, id: RpcId) => unknown;
export type NotificationHandler = (method: string, params: unknown) => void;

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * A JSON-RPC client over a stream, whose only consumer it becomes.
 *
 * @param options.idPrefix of the ids of its requests, so that on a stream that was taken up no answer to an earlier run is taken for one to
 *   this. Default: none, and numbers from 1
 */
export function rpc(stream: Stream, options: { readonly clock?: Clock; readonly idPrefix?: string } = {}): RpcClient {
  return new RpcClient(stream, options.clock ?? systemClock, options.idPrefix ?? null);
}

export class RpcClient {
  readonly stream: Stream;
  readonly #clock: Clock;
  readonly #pending = new Map<RpcId, Pending>();
  readonly #notified = new Set<NotificationHandler>();
  #answer: RequestHandler | null = null;
  readonly #idPrefix: string | null;
  #id = 0;
  #ended: ControllerError | null = null;

  /** Use {@link rpc}. */
  constructor(stream: Stream, clock: Clock, idPrefix: string | null) {
    this.stream = stream;
    this.#clock = clock;
    this.#idPrefix = idPrefix;
    void this.#consume();
  }

  get closed(): Promise<StreamEnd> {
    return this.stream.closed;
  }

  /**
   * @typeParam Result what the other side is trusted to answer; nothing here checks it
   * @throws RpcError as the other side answered; ControllerError; the signal's reason
   */
  async request<Result = unknown>(
    method: string,
    params?: unknown,
    { signal, timeoutMs }: RequestOptions = {},
  ): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#ended !== null) throw this.#ended;
    this.#id += 1;
    const id = this.#idPrefix === null ? this.#id : `${this.#idPrefix}${this.#id}`;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#pending.delete(id);
        timer?.cancel();
        signal?.removeEventListener('abort', abort);
        act();
      };
      const abort = () => settle(() => reject(signal?.reason));
      const expire = () =>
        settle(() =>
          reject(new ControllerError('ERR_CONTROLLER_TIMEOUT', `${method} was not answered within ${timeoutMs} ms.`)),
        );
      const timer = timeoutMs === undefined ? null : this.#clock.setTimer(timeoutMs, expire);
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, {
        resolve: (result) => settle(() => resolve(result as Result)), // by the caller's word, see @typeParam
        reject: (error) => settle(() => reject(error)),
      });
    });
  }

  /** @throws ControllerError */
  notify(method: string, params?: unknown): void {
    this.#send({ method, params });
  }

  /** Who answers the other side's requests, such as approvals; one at a time. Without one they are answered "method not found". */
  onRequest(handler: RequestHandler): () => void {
    this.#answer = handler;
    return () => {
      if (this.#answer === handler) this.#answer = null;
    };
  }

  onNotification(handler: NotificationHandler): () => void {
    this.#notified.add(handler);
    return () => void this.#notified.delete(handler);
  }

  async #consume(): Promise<void> {
    let why = new ControllerError('ERR_CONTROLLER_CLOSED', 'The stream was closed.');
    try {
      for await (const message of this.stream.messages) this.#receive(message);
    } catch (error) {
      why = asControllerError(error);
    }
    this.#ended = why;
    for (const { reject } of [...this.#pending.values()]) reject(why);
  }

  #receive(message: RawMessage): void {
    const value: unknown = parseJson(message);
    if (typeof value !== 'object' || value === null) return;
    const { id, method, params, result, error }: Record<string, unknown> = { ...value };
    const hasId = typeof id === 'string' || typeof id === 'number';
    if (typeof method === 'string') {
      if (hasId) void this.#reply(id, method, params);
      else this.#announce(method, params);
    } else if (hasId) {
      const pending = this.#pending.get(id);
      if (error === undefined || error === null) pending?.resolve(result);
      else pending?.reject(readError(error));
    }
  }

  #announce(method: string, params: unknown): void {
    for (const handler of [...this.#notified]) {
      try {
        handler(method, params);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // the handler's own fault, reported as one, and no reason to stop reading
        });
      }
    }
  }

  async #reply(id: RpcId, method: string, params: unknown): Promise<void> {
    let answer: object;
    try {
      if (this.#answer === null) throw new RpcError(METHOD_NOT_FOUND, `This controller does not answer ${method}.`);
      const result = await this.#answer(method, params, id);
      answer = { id, result: result ?? null };
    } catch (error) {
      const { code, message, data } = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, String(error));
      answer = { id, error: { code, message, ...(data === undefined ? {} : { data }) } };
    }
    if (this.#ended !== null) return;
    try {
      this.#send(answer);
    } catch {
      // the stream ended meanwhile, or is full: nobody waits for this answer any more, or the stream's owner is told by its own sends
    }
  }

  #send(content: object): void {
    this.stream.send(JSON.stringify({ jsonrpc: '2.0', ...content }));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readError(error: unknown): RpcError {
  const { code, message, data }: Record<string, unknown> =
    typeof error === 'object' && error !== null ? { ...error } : {};
  return new RpcError(
    typeof code === 'number' ? code : INTERNAL_ERROR,
    typeof message === 'string' ? message : 'The request failed.',
    data,
  );
}

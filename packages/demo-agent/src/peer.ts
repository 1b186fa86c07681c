type Id = string | number;

/** JSON-RPC's own codes. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

/** Becomes the error answer to the request under way. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface PeerHandlers {
  request(method: string, params: unknown): unknown;
  notification(method: string, params: unknown): void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: RpcFault): void;
}

/** JSON-RPC as codex app-server writes it: one message a line, without `"jsonrpc"`. */
export class Peer {
  readonly #write: (line: string) => void;
  readonly #handlers: PeerHandlers;
  readonly #pending = new Map<Id, Pending>();
  #id = 0;

  constructor(write: (line: string) => void, handlers: PeerHandlers) {
    this.#write = write;
    this.#handlers = handlers;
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  /** Asks the other side. A signal that aborts ends the wait with its reason. */
  request(method: string, params: object, signal: AbortSignal): { readonly id: Id; readonly answer: Promise<unknown> } {
    const id = this.#id;
    this.#id += 1;
    const answer = new Promise((resolve, reject) => {
      const abort = () => {
        this.#pending.delete(id);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      const done = () => signal.removeEventListener('abort', abort);
      this.#pending.set(id, {
        resolve: (result) => {
          done();
          resolve(result);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
    });
    this.#send({ id, method, params });
    return { id, answer };
  }

  /** @param line null: there was one, and it was too long */
  receive(line: string | null): void {
    const value = line === null ? undefined : parse(line);
    if (value === undefined) {
      this.#refuse(null, PARSE_ERROR, `Parse error: the line is ${line === null ? 'too long' : 'not JSON'}.`);
      return;
    }
    const { id, method, params, result, error }: Record<string, unknown> = isObject(value) ? { ...value } : {};
    const hasId = typeof id === 'string' || typeof id === 'number';
    if (typeof method === 'string') {
      if (hasId) this.#answer(id, method, params);
      else this.#handlers.notification(method, params);
    } else if (hasId && (result !== undefined || error !== undefined)) {
      this.#settle(id, result, error);
    } else {
      this.#refuse(hasId ? id : null, INVALID_REQUEST, 'Invalid request: it has neither method, result nor error.');
    }
  }

  #answer(id: Id, method: string, params: unknown): void {
    try {
      this.#send({ id, result: this.#handlers.request(method, params) });
    } catch (error) {
      if (error instanceof RpcFault) this.#refuse(id, error.code, error.message);
      else
        this.#refuse(id, INTERNAL_ERROR, `Internal error: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #settle(id: Id, result: unknown, error: unknown): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new RpcFault(INTERNAL_ERROR, 'The request was answered with an error.'));
  }

  #refuse(id: Id | null, code: number, message: string): void {
    this.#send({ id, error: { code, message } });
  }

  #send(message: object): void {
    this.#write(`${JSON.stringify(message)}\n`);
  }
}

/** Undefined for what is no JSON, which no JSON text means. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

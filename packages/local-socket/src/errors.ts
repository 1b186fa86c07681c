/** JSON-RPC 2.0 §5.1, and its range for servers. */
export const rpcCodes = {
  parseError: -32700,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** The program may not or cannot do it now; its message says why. */
  refused: -32010,
} as const;

export interface RpcRefusalData {
  /** RFC 3339, when the call may be made again; absent where that is not known. */
  readonly retryAt?: string | undefined;
  /** What a server answered that the program had to ask. */
  readonly status?: number | undefined;
  /** Names the reason, for programs. */
  readonly code?: string | undefined;
}

/** A refused call, as it goes over the socket: thrown by what answers, and by the client that asked. */
export class RpcRefusal extends Error {
  override readonly name = 'RpcRefusal';
  readonly code: number;
  readonly data: RpcRefusalData;

  constructor(code: number, message: string, data: RpcRefusalData = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export type LocalSocketErrorCode =
  /** The path is longer than a socket's may be. */
  | 'ERR_LOCAL_SOCKET_PATH'
  /** Another program answers there. */
  | 'ERR_LOCAL_SOCKET_TAKEN'
  /** Nobody answers there. */
  | 'ERR_LOCAL_SOCKET_ABSENT'
  /** The program ended, or gave this connection up, before it answered. */
  | 'ERR_LOCAL_SOCKET_ENDED'
  /** It did not answer in time. */
  | 'ERR_LOCAL_SOCKET_TIMEOUT';

/** A socket cannot be opened, or does not answer. The message says where and why. */
export class LocalSocketError extends Error {
  override readonly name = 'LocalSocketError';
  readonly code: LocalSocketErrorCode;

  constructor(code: LocalSocketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

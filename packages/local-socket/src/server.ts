import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type RpcShape, readRpc, rpcError } from '@holdfast/wire';
import { LocalSocketError, rpcCodes } from './errors.ts';
import { LineSplitter } from './line-splitter.ts';
import { replyTo } from './reply.ts';

/** What one line may have, how many may talk at once, what each may ask at once, and what it may leave unread. */
const LINE_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 64;
const MAX_CALLS = 256;
const UNREAD_BYTES = 4 * 1024 * 1024;
/** The shortest of the systems' limits on a socket's path (macOS; Linux has four more). */
const MAX_PATH_BYTES = 103;
/** Everything but reading and writing by its user. */
const UMASK = 0o177;

export interface LocalSocketServerOptions {
  readonly path: string;
  /** What it is, in errors: "the control socket". */
  readonly what: string;
  /** Answers a request. An `RpcRefusal` goes to the caller; anything else is a fault of ours, which the caller is told without its words. */
  readonly call: (method: string, params: unknown) => Promise<unknown>;
  /** Something went wrong that no caller is told in full. */
  readonly onFault: (message: string, cause: unknown) => void;
}

/**
 * A unix socket for one user's programs: newline-delimited JSON-RPC, mode 0600 from its first moment. A line over 1 MiB, or 4 MiB that
 * are not read, end the connection; a call beyond 256 at once is refused; a connection beyond 64 is not taken. `initialize` is answered,
 * for clients that start with one.
 */
export class LocalSocketServer {
  readonly path: string;
  readonly #options: LocalSocketServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: LocalSocketServerOptions) {
    this.#options = options;
    this.path = options.path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /**
   * Takes the place of a socket that a killed process left there.
   *
   * @throws LocalSocketError `ERR_LOCAL_SOCKET_PATH` or `ERR_LOCAL_SOCKET_TAKEN`; what the system says otherwise
   */
  static async open(options: LocalSocketServerOptions): Promise<LocalSocketServer> {
    const server = new LocalSocketServer(options);
    await server.#listen();
    return server;
  }

  /** How many are connected. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Tells everybody who is connected. */
  notify(method: string, params: unknown): void {
    const line = JSON.stringify({ method, params });
    for (const socket of this.#sockets) write(socket, line);
  }

  /** Ends every connection and takes the socket away. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #listen(): Promise<void> {
    const { path, what, onFault } = this.#options;
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new LocalSocketError(
        'ERR_LOCAL_SOCKET_PATH',
        `The path of ${what}, ${path}, is longer than the ${MAX_PATH_BYTES} bytes a socket may have; name a shorter folder with --data.`,
      );
    }
    if (await isAnswered(path)) {
      throw new LocalSocketError(
        'ERR_LOCAL_SOCKET_TAKEN',
        `Another program answers at ${what}, ${path}. Stop it first.`,
      );
    }
    rmSync(path, { force: true });
    const listening = once(this.#server, 'listening'); // rejects on `error`
    const umask = process.umask(UMASK);
    try {
      this.#server.listen(path); // makes the file at once
    } finally {
      process.umask(umask);
    }
    await listening;
    this.#server.on('error', (cause) => onFault(`${what} cannot take a connection`, cause)); // out of descriptors, say
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    let calls = 0;
    let asksNoMore = false;
    const answer = async (line: string): Promise<void> => {
      if (calls >= MAX_CALLS) return write(socket, tooManyCalls(line));
      calls += 1;
      const reply = await this.#answer(line);
      calls -= 1;
      if (reply !== null) write(socket, reply);
      if (asksNoMore && calls === 0) socket.end();
    };
    const lines = new LineSplitter(
      LINE_BYTES,
      (line) => void answer(line),
      () => socket.destroy(),
    );
    socket.on('data', (chunk) => lines.write(chunk));
    socket.on('end', () => {
      asksNoMore = true;
      if (calls === 0) socket.end();
    });
    socket.on('error', () => {}); // it went away; `close` follows
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** Null where there is nothing to say. Never rejects. */
  async #answer(line: string): Promise<string | null> {
    const shape = shapeOf(line);
    if (shape === null) return rpcError(null, rpcCodes.parseError, 'A line is not a JSON-RPC message.');
    if (shape.kind !== 'request') return null;
    const { id, method } = shape;
    const { params } = JSON.parse(line) as { params?: unknown }; // an object: readRpc has seen it
    const { call, what, onFault } = this.#options;
    return replyTo(
      id,
      () => (method === 'initialize' ? { userAgent: 'holdfast' } : call(method, params)),
      (cause) => onFault(`a call of ${method} over ${what} failed`, cause),
    );
  }
}

function shapeOf(line: string): RpcShape | null {
  try {
    return readRpc(line);
  } catch {
    return null;
  }
}

function tooManyCalls(line: string): string {
  const shape = shapeOf(line);
  const id = shape?.kind === 'request' ? shape.id : null;
  return rpcError(id, rpcCodes.refused, `This connection has ${MAX_CALLS} calls open; wait for an answer first.`);
}

function write(socket: Socket, line: string): void {
  if (!socket.writable) return;
  if (socket.writableLength > UNREAD_BYTES) socket.destroy();
  else socket.write(`${line}\n`);
}

/** Whether a living program listens there; a killed one's socket refuses. */
async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

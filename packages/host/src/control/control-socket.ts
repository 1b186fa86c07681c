import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type RpcShape, readRpc, rpcError } from '@holdfast/wire';
import type { Logger } from 'pino';
import { LineSplitter } from '../agent/line-splitter.ts';
import type { Host } from '../host.ts';
import { ControlError, callMethod, shortStatus } from './methods.ts';

/** What one line may have, and how many may talk at once, and what one of them may leave unread. */
const LINE_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 64;
const UNREAD_BYTES = 4 * 1024 * 1024;
/** The shortest of the systems' limits on a socket's path (macOS; Linux has four more). */
const MAX_PATH_BYTES = 103;

export const CONTROL_SOCKET = 'control.sock';

/**
 * The host's control socket, `control.sock` in its data folder, for its user alone: newline-delimited JSON-RPC. Everybody connected is
 * told of changes by `remoteControl/status/changed`, and by `holdfast/status/changed`, which says more.
 */
export class ControlSocket {
  readonly path: string;
  readonly #host: Host;
  readonly #logger: Logger;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #unwatch: () => void = () => {};
  #told = '';

  private constructor(host: Host, logger: Logger) {
    this.#host = host;
    this.#logger = logger;
    this.path = join(host.dir, CONTROL_SOCKET);
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** @throws Error that says why it cannot listen there */
  static async open(host: Host, logger: Logger): Promise<ControlSocket> {
    const control = new ControlSocket(host, logger);
    await control.#listen();
    return control;
  }

  async close(): Promise<void> {
    this.#unwatch();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #listen(): Promise<void> {
    if (Buffer.byteLength(this.path) > MAX_PATH_BYTES) {
      throw new Error(
        `The path of the control socket, ${this.path}, is longer than the ${MAX_PATH_BYTES} bytes a socket may have; name a shorter folder with --data.`,
      );
    }
    rmSync(this.path, { force: true }); // left by a process that was killed: the folder is ours alone
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, resolve);
    });
    this.#server.on('error', (error) => this.#logger.warn(`the control socket: ${error.message}`)); // out of descriptors, say
    chmodSync(this.path, 0o600);
    this.#unwatch = this.#host.watch(() => this.#tell());
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const lines = new LineSplitter(
      LINE_BYTES,
      (line) => void this.#answer(socket, line),
      () => socket.destroy(),
    );
    socket.on('data', (chunk) => lines.write(chunk));
    socket.on('error', () => {}); // it went away; `close` follows
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    let shape: RpcShape;
    try {
      shape = readRpc(line);
    } catch {
      this.#write(socket, rpcError(null, -32700, 'A line is not a JSON-RPC message.'));
      return;
    }
    if (shape.kind !== 'request') return;
    const { id, method } = shape;
    try {
      const { params } = JSON.parse(line) as { params?: unknown }; // an object: readRpc has seen it
      const result = method === 'initialize' ? { userAgent: 'holdfast' } : await callMethod(this.#host, method, params);
      this.#write(socket, JSON.stringify({ jsonrpc: '2.0', id, result }));
    } catch (error) {
      const { code, message, data } =
        error instanceof ControlError ? error : new ControlError(-32603, 'The host failed to answer.');
      if (!(error instanceof ControlError)) this.#logger.error({ err: error, method }, 'a control call failed');
      this.#write(socket, rpcError(id, code, message, Object.keys(data).length === 0 ? undefined : data));
    }
  }

  #tell(): void {
    if (this.#sockets.size === 0) return;
    const short = JSON.stringify({ method: 'remoteControl/status/changed', params: shortStatus(this.#host) });
    const full = JSON.stringify({ method: 'holdfast/status/changed', params: this.#host.status() });
    for (const socket of this.#sockets) {
      if (short !== this.#told) this.#write(socket, short);
      this.#write(socket, full);
    }
    this.#told = short;
  }

  #write(socket: Socket, line: string): void {
    if (socket.destroyed) return;
    if (socket.writableLength > UNREAD_BYTES) socket.destroy();
    else socket.write(`${line}\n`);
  }
}

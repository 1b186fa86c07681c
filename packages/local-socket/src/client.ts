import { connect, type Socket } from 'node:net';
import * as z from 'zod/mini';
import { LocalSocketError, RpcRefusal } from './errors.ts';
import { LineSplitter } from './line-splitter.ts';

/** The longest answer that is read, in bytes. */
const ANSWER_BYTES = 16 * 1024 * 1024;

export type OnNotification = (method: string, params: unknown) => void;

export interface LocalSocketClientOptions {
  readonly onNotification?: OnNotification;
  /** How long an answer may take, in milliseconds. Default 40 s: a host may have to wait for its relay, which has 30. */
  readonly answerTimeoutMs?: number;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

const RefusalData = z.object({
  retryAt: z.optional(z.string()),
  status: z.optional(z.number()),
  code: z.optional(z.string()),
});
const Message = z.object({
  id: z.optional(z.nullable(z.union([z.number(), z.string()]))),
  method: z.optional(z.string()),
  params: z.optional(z.unknown()),
  result: z.optional(z.unknown()),
  error: z.optional(
    z.object({
      code: z.number(),
      message: z.string(),
      data: z.optional(RefusalData),
    }),
  ),
});

/** Calls a program over its local socket. */
export class LocalSocketClient {
  readonly path: string;
  /** Fulfilled when the connection has ended, by whomever. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #waiting = new Map<unknown, Waiting>();
  readonly #onNotification: OnNotification;
  readonly #answerTimeoutMs: number;
  #nextId = 1;

  private constructor(path: string, socket: Socket, options: LocalSocketClientOptions) {
    this.path = path;
    this.#socket = socket;
    this.#onNotification = options.onNotification ?? (() => {});
    this.#answerTimeoutMs = options.answerTimeoutMs ?? 40_000;
    const lines = new LineSplitter(
      ANSWER_BYTES,
      (line) => this.#onLine(line),
      () => socket.destroy(),
    );
    socket.on('data', (chunk: Buffer) => lines.write(chunk));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        for (const { reject } of this.#waiting.values()) reject(this.#ended());
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** @throws LocalSocketError `ERR_LOCAL_SOCKET_ABSENT` */
  static async open(path: string, options: LocalSocketClientOptions = {}): Promise<LocalSocketClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) => {
        reject(
          new LocalSocketError('ERR_LOCAL_SOCKET_ABSENT', `Nobody answers at ${path} (${cause.message}).`, { cause }),
        );
      });
    });
    socket.removeAllListeners('error');
    socket.on('error', () => {}); // `close` follows
    return new LocalSocketClient(path, socket, options);
  }

  /**
   * The result is as the program gave it, unchecked.
   *
   * @throws RpcRefusal with the program's own words when it refuses; LocalSocketError when it ends, or does not answer in time
   */
  async call(method: string, params: object = {}): Promise<unknown> {
    if (this.#socket.destroyed) throw this.#ended();
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const timer = setTimeout(() => this.#waiting.get(id)?.reject(this.#late()), this.#answerTimeoutMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #onLine(line: string): void {
    const message = read(line);
    if (message === null) {
      this.#socket.destroy();
      return;
    }
    const { id, method, params, result, error } = message;
    if (method !== undefined) {
      this.#onNotification(method, params);
      return;
    }
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new RpcRefusal(error.code, error.message, error.data));
  }

  #ended(): LocalSocketError {
    return new LocalSocketError('ERR_LOCAL_SOCKET_ENDED', `The program at ${this.path} ended before it answered.`);
  }

  #late(): LocalSocketError {
    const seconds = this.#answerTimeoutMs / 1000;
    return new LocalSocketError(
      'ERR_LOCAL_SOCKET_TIMEOUT',
      `The program at ${this.path} did not answer within ${seconds} s.`,
    );
  }
}

function read(line: string): z.infer<typeof Message> | null {
  try {
    return Message.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

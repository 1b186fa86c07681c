import { connect, type Socket } from 'node:net';
import { LineSplitter } from '@holdfast/host';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** The longest a host may take to answer, in milliseconds: a pairing waits for the relay, which has 30 s. */
const ANSWER_TIMEOUT_MS = 40_000;

/** The longest answer that is read, in bytes. */
const ANSWER_BYTES = 16 * 1024 * 1024;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Talks to a running host over its control socket. */
export class ControlClient {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onNotification: (method: string, params: unknown) => void;
  readonly closed: Promise<void>;
  #nextId = 1;

  private constructor(path: string, socket: Socket, onNotification: (method: string, params: unknown) => void) {
    this.#path = path;
    this.#socket = socket;
    this.#onNotification = onNotification;
    const lines = new LineSplitter(
      ANSWER_BYTES,
      (line) => this.#onLine(line),
      () => socket.destroy(),
    );
    socket.on('data', (chunk: Buffer) => lines.write(chunk));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        for (const { reject } of this.#waiting.values()) reject(this.#gone('ended before it answered'));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** @throws CliError when nobody listens there */
  static async open(
    path: string,
    onNotification: (method: string, params: unknown) => void = () => {},
  ): Promise<ControlClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) => {
        reject(
          new CliError(
            exitCodes.unavailable,
            `The host of ${path} does not run (${cause.message}). Start it again with \`holdfast up\` or \`holdfast host\`.`,
            { cause },
          ),
        );
      });
    });
    socket.removeAllListeners('error');
    socket.on('error', () => {}); // `close` follows
    return new ControlClient(path, socket, onNotification);
  }

  /** @throws CliError with the host's own words when it refuses */
  async call(method: string, params: object = {}): Promise<unknown> {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const timer = setTimeout(() => {
      this.#waiting.get(id)?.reject(this.#gone(`did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`));
    }, ANSWER_TIMEOUT_MS);
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
    const message = JSON.parse(line) as {
      id?: number;
      method?: string;
      params?: unknown;
      result?: unknown;
      error?: { message: string; data?: { retryAt?: string } };
    }; // our own host's socket, 0600
    if (message.method !== undefined) {
      this.#onNotification(message.method, message.params);
      return;
    }
    const waiting = this.#waiting.get(message.id ?? -1);
    if (message.error === undefined) waiting?.resolve(message.result);
    else
      waiting?.reject(
        new CliError(exitCodes.unavailable, message.error.message, { retryAt: message.error.data?.retryAt ?? null }),
      );
  }

  #gone(what: string): CliError {
    return new CliError(exitCodes.unavailable, `The host of ${this.#path} ${what}.`);
  }
}

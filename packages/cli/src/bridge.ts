import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { type Controller, ControllerError, type Stream } from '@holdfast/controller';
import { LineSplitter } from '@holdfast/local-socket';
import { limits, oneLine, type RpcId, type RpcShape, readRpc, rpcError } from '@holdfast/wire';

/** After its input has ended the bridge waits this long for replies that are still due, in milliseconds. */
const REPLY_GRACE_MS = 30_000;
/** What may be on its way to the relay before reading stops, in characters. */
const HIGH_WATER = 4 * 1024 * 1024;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

export interface BridgeOptions {
  readonly controller: Controller;
  readonly environmentId: string;
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Makes a remote agent look like a local one: lines of JSON-RPC in, lines of JSON-RPC out. Every `initialize` opens a stream of its own,
 * since not every host answers a second one on the same stream.
 */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #replies = new Set<RpcId>();
  #stream: Stream | null = null;
  #onReply: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Runs until the input has ended and what it asked for is answered. @throws ControllerError when the stream is lost */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
    await Promise.race([this.#forward().then(() => this.#repliesDue()), failed, stopped]);
    await Promise.race([this.#stream?.close(), stopped]);
  }

  async #forward(): Promise<void> {
    const { input } = this.#options;
    const lines: string[] = [];
    const splitter = new LineSplitter(
      limits.messageBytes,
      (line) => lines.push(line),
      (most) => this.#write(rpcError(null, INVALID_REQUEST, `A message of more than ${most} bytes cannot be sent.`)),
    );
    for await (const chunk of input) {
      splitter.write(Buffer.from(chunk));
      await this.#sendAll(lines);
    }
    splitter.end();
    await this.#sendAll(lines);
  }

  async #sendAll(lines: string[]): Promise<void> {
    for (const line of lines.splice(0)) {
      this.#send(line);
      const stream = this.#stream;
      if (stream !== null && stream.bufferedBytes > HIGH_WATER) await stream.drain();
    }
  }

  #send(line: string): void {
    let shape: RpcShape;
    try {
      shape = readRpc(line);
    } catch (error) {
      this.#write(
        rpcError(
          null,
          PARSE_ERROR,
          `A line was not sent, it is ${error instanceof Error ? error.message : 'malformed'}.`,
        ),
      );
      return;
    }
    if (shape.kind === 'request' && shape.method === 'initialize') this.#open();
    try {
      if (this.#stream === null)
        throw new ControllerError('ERR_CONTROLLER_MESSAGE', 'the first message has to be an initialize request');
      this.#stream.send(line);
      if (shape.kind === 'request') this.#replies.add(shape.id);
    } catch (error) {
      if (!(error instanceof ControllerError)) throw error;
      const id = shape.kind === 'request' ? shape.id : null;
      this.#write(rpcError(id, INVALID_REQUEST, `Not sent: ${error.message}.`));
    }
  }

  #open(): void {
    void this.#stream?.close();
    this.#replies.clear();
    const { controller, environmentId } = this.#options;
    const stream = controller.openStream(environmentId);
    this.#stream = stream;
    this.#receive(stream).catch((error: unknown) => {
      if (this.#stream === stream) this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async #receive(stream: Stream): Promise<void> {
    for await (const message of stream.messages) {
      if (this.#stream !== stream) return;
      const shape = readRpc(message);
      if (!this.#write(message)) await once(this.#options.output, 'drain');
      if (shape.kind === 'response' && shape.id !== null && this.#replies.delete(shape.id)) this.#onReply();
    }
    const { error } = await stream.closed;
    if (error !== null) throw error;
  }

  #write(message: string): boolean {
    return this.#options.output.write(`${oneLine(message)}\n`);
  }

  async #repliesDue(): Promise<void> {
    if (this.#replies.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, REPLY_GRACE_MS);
      this.#onReply = () => {
        if (this.#replies.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

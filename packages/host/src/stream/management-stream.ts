import type { Clock, Timer } from '@holdfast/lease';
import { rpcCodes } from '@holdfast/local-socket';
import { type RawMessage, type RpcShape, rpcError } from '@holdfast/wire';
import type { Management } from '../management/management.ts';
import { Stream, type StreamOptions } from './stream.ts';

/** A new status goes out at most this often, in milliseconds. */
const STATUS_EVERY_MS = 250;

/**
 * A conversation with the host itself. It tells what changes: of the status only the newest, once the controller has acked the one before;
 * of the lease each event, as long as there is room. What is missed can be asked for.
 */
export class ManagementStream extends Stream {
  readonly isManagement = true;
  readonly stderr = '';
  readonly ended = Promise.resolve();
  readonly #management: Management;
  readonly #clock: Clock;
  #unwatch: () => void = () => {};
  /** Until a new status may go out. */
  #pause: Timer | null = null;
  /** The controller has yet to be told the newest status. */
  #isStale = false;

  constructor(management: Management, clock: Clock, options: StreamOptions) {
    super(options);
    this.#management = management;
    this.#clock = clock;
  }

  override close(): void {
    super.close();
    this.#unwatch();
    this.#pause?.cancel();
    this.#isStale = false;
  }

  kill(): void {
    this.close();
  }

  protected pass(_message: RawMessage, shape: RpcShape): void {
    if (shape.kind !== 'request' || this.outbox.isFull) return;
    const { id, method } = shape;
    if (method === 'initialize') {
      this.send(JSON.stringify({ jsonrpc: '2.0', id, result: this.#management.welcome }));
      this.#watch();
      return;
    }
    const name = JSON.stringify(method.slice(0, 100));
    this.send(
      rpcError(id, rpcCodes.methodNotFound, `${name} is no method of a host, and no agent runs on this stream.`),
    );
  }

  protected onWindow(): void {
    this.#tellStatus();
  }

  #watch(): void {
    this.#unwatch = this.#management.watch(
      () => {
        this.#isStale = true;
        this.#tellStatus();
      },
      (entry) => {
        if (!this.outbox.isFull) this.#notify('holdfast/lease/event', entry);
      },
    );
  }

  #tellStatus(): void {
    if (!this.#isStale || this.#pause !== null || this.outbox.unacked > 0) return;
    this.#isStale = false;
    this.#pause = this.#clock.setTimer(STATUS_EVERY_MS, () => {
      this.#pause = null;
      this.#tellStatus();
    });
    this.#notify('holdfast/status/changed', this.#management.status());
  }

  #notify(method: string, params: object): void {
    this.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }
}

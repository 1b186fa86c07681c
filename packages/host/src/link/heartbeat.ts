import type { Clock, Timer } from '@holdfast/lease';
import { limits } from '@holdfast/wire';

export interface HeartbeatEvents {
  onBeat(): void;
  /** No pong came for too long. Nothing is told after this. */
  onLost(): void;
}

/** Says when to ping, and when a connection that does not answer is lost (docs/protocol.md §3). Runs until it is stopped. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #events: HeartbeatEvents;
  #lastPong: number;
  #timer: Timer;

  constructor(clock: Clock, events: HeartbeatEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#lastPong = clock.monotonic();
    this.#timer = this.#wait();
  }

  pong(): void {
    this.#lastPong = this.#clock.monotonic();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #wait(): Timer {
    return this.#clock.setTimer(limits.pingIntervalMs, () => this.#beat());
  }

  #beat(): void {
    if (this.#clock.monotonic() - this.#lastPong > limits.pongTimeoutMs) {
      this.#events.onLost();
      return;
    }
    this.#timer = this.#wait();
    this.#events.onBeat();
  }
}

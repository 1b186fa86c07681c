import type { Clock, Timer } from '@holdfast/lease';
import { limits } from '@holdfast/wire';

export interface HeartbeatEvents {
  onBeat(): void;
  /** No pong came for so many milliseconds. Nothing is told after this. */
  onLost(silenceMs: number): void;
}

/** How long an answer may take when the connection is in doubt, in milliseconds. */
const DOUBT_TIMEOUT_MS = 5_000;

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

  /** The connection may be dead: pings at once, and does not wait long for the answer. */
  doubt(): void {
    const askedAt = this.#clock.monotonic();
    this.#timer.cancel();
    this.#timer = this.#clock.setTimer(DOUBT_TIMEOUT_MS, () => {
      if (this.#lastPong < askedAt) this.#events.onLost(DOUBT_TIMEOUT_MS);
      else this.#timer = this.#wait();
    });
    this.#events.onBeat();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #wait(): Timer {
    return this.#clock.setTimer(limits.pingIntervalMs, () => this.#beat());
  }

  #beat(): void {
    if (this.#clock.monotonic() - this.#lastPong > limits.pongTimeoutMs) {
      this.#events.onLost(limits.pongTimeoutMs);
      return;
    }
    this.#timer = this.#wait();
    this.#events.onBeat();
  }
}

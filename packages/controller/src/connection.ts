import { limits } from '@holdfast/wire';
import { failuresAfterLink, MAX_RETRY_MS, retryDelay } from './backoff.ts';
import { type Clock, MAX_TIMER_MS, type Random, type Timer } from './clock.ts';
import { asControllerError, ControllerError } from './errors.ts';
import type { ConnectionState } from './events.ts';
import { Silence } from './silence.ts';
import type { Link, LinkOptions } from './socket.ts';

/** Something else took the place of this link: one of the same session, or too many of the same device (docs/protocol.md §8). */
const SUPERSEDED = [4001, 4008];

export interface LinkHandlers {
  readonly signal: AbortSignal;
  readonly onFrame: (text: string) => void;
  readonly onClose: LinkOptions['onClose'];
}

export interface ConnectionOptions {
  /** Makes one attempt at a link. */
  readonly dial: (handlers: LinkHandlers) => Promise<Link>;
  readonly clock: Clock;
  readonly random: Random;
  readonly onState: (state: ConnectionState) => void;
  /** There is a new link: what is unacked goes out again. */
  readonly onLink: () => void;
  readonly onFrame: (text: string) => void;
}

/** Keeps one link up: when it ends, or an attempt fails, decides when to try again. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #closed = new AbortController();
  readonly #silence: Silence;
  #link: Link | null = null;
  #linkedAt = 0;
  #carried = false;
  #failures = 0;
  /** Where the wait ends, by the monotonic clock, and before which moment nothing may cut it short. */
  #attemptAt = 0;
  #floorAt = 0;
  #timer: Timer | null = null;
  #state: ConnectionState = { state: 'connecting', reason: null, nextAttemptAt: null, error: null };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#silence = new Silence(options.clock, limits.pongTimeoutMs, () => {
      this.#link?.close(4000, `nothing came for ${limits.pongTimeoutMs / 1000} s`);
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    void this.#attempt();
  }

  /** False when there is no link: whatever is sequenced goes out with the next one. */
  send(frame: string, answered: boolean): boolean {
    if (this.#link?.send(frame) !== true) return false;
    if (answered) this.#silence.expect();
    return true;
  }

  /** Ends the link for a new one at once, so that the relay sends again what was not acked. */
  cycle(why: string): void {
    if (this.#link === null) return;
    this.#link.close(4000, why);
    this.hurry();
  }

  /** There may be a way again: ends the wait, unless the relay asked for it. */
  hurry(): void {
    if (this.#state.state !== 'waiting') return;
    this.#attemptAt = Math.max(this.#floorAt, this.#options.clock.monotonic());
    this.#timer?.cancel();
    this.#wait();
  }

  /** @param error null when the user wanted it */
  close(error: ControllerError | null): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#timer?.cancel();
    this.#silence.stop();
    const link = this.#link;
    this.#link = null;
    link?.close(1000, 'closed');
    this.#become({ state: 'closed', reason: error?.message ?? 'closed by its user', nextAttemptAt: null, error });
  }

  async #attempt(): Promise<void> {
    const { clock } = this.#options;
    this.#become({ state: 'connecting', reason: this.#state.reason, nextAttemptAt: null, error: null });
    try {
      const link = await this.#options.dial({
        signal: this.#closed.signal,
        onFrame: (text) => this.#heard(text),
        onClose: (why, code, retryAfterMs) => this.#ended(why, code, retryAfterMs),
      });
      if (this.#closed.signal.aborted) return link.close(1000, 'closed');
      this.#link = link;
      this.#linkedAt = clock.monotonic();
      this.#carried = false;
      // first what is unacked, in its order; then whoever listens may send more
      this.#options.onLink();
      this.#become({ state: 'connected', reason: null, nextAttemptAt: null, error: null });
    } catch (caught) {
      if (this.#closed.signal.aborted) return;
      const error = asControllerError(caught);
      if (error.code === 'ERR_CONTROLLER_REVOKED') return this.close(error);
      this.#failures += 1;
      this.#waitAfter(error);
    }
  }

  #heard(text: string): void {
    if (this.#closed.signal.aborted) return;
    this.#carried = true;
    this.#silence.heard();
    this.#options.onFrame(text);
  }

  #ended(why: string, code: number | null, retryAfterMs: number | null): void {
    this.#silence.stop();
    this.#link = null;
    if (this.#closed.signal.aborted) return;
    const lastedMs = this.#options.clock.monotonic() - this.#linkedAt;
    this.#failures = failuresAfterLink(this.#failures, { lastedMs, carried: this.#carried });
    // whoever took its place would lose it again by a new attempt at once, and so on without end
    const awayMs = code !== null && SUPERSEDED.includes(code) ? MAX_RETRY_MS : retryAfterMs;
    const retryAt = awayMs === null ? null : this.#options.clock.wall() + awayMs;
    this.#waitAfter(new ControllerError('ERR_CONTROLLER_NETWORK', why, { retryAt }));
  }

  #waitAfter(error: ControllerError): void {
    const { clock, random } = this.#options;
    const floor = error.retryAt === null ? 0 : error.retryAt - clock.wall();
    const delay = retryDelay(this.#failures, floor, random);
    const now = clock.monotonic();
    this.#attemptAt = now + delay;
    this.#floorAt = now + (floor > 0 ? delay : 0);
    const nextAttemptAt = clock.wall() + delay;
    this.#become({ state: 'waiting', reason: error.message, nextAttemptAt, error });
    this.#wait();
  }

  #wait(): void {
    if (this.#closed.signal.aborted) return;
    const left = this.#attemptAt - this.#options.clock.monotonic();
    this.#timer = this.#options.clock.setTimer(Math.min(Math.max(left, 0), MAX_TIMER_MS), () => {
      if (this.#attemptAt > this.#options.clock.monotonic()) this.#wait();
      else void this.#attempt();
    });
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

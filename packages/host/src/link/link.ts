import type { Clock, Grant, Lease, Timer } from '@holdfast/lease';
import type { EndpointDeadline } from '../gate/endpoint-deadline.ts';
import { causeOf } from '../relay-request.ts';
import { withoutSecrets } from '../secrets.ts';
import { reconnectDelay } from './backoff.ts';
import type { Connect, LinkConnection, OpenLink } from './connect.ts';
import type { HandshakeRequest } from './handshake.ts';
import type { WatchSurroundings } from './surroundings.ts';

/** A link that held this long was a good one: the next drop starts the backoff anew. In milliseconds. */
const STABLE_MS = 60_000;

export type LinkState =
  | { readonly state: 'off' }
  /** No server token yet; the lease says why and until when. */
  | { readonly state: 'waiting-for-token' }
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** `nextAttemptAt`: wall clock in milliseconds. */
  | { readonly state: 'waiting'; readonly nextAttemptAt: number };

export interface LinkStatus {
  readonly current: LinkState;
  /** Wall clock in milliseconds when it became so. */
  readonly since: number;
  /** Tries since the link last held for a minute. */
  readonly attempts: number;
  readonly lastError: string | null;
}

/** How a try ended. `no token`: the lease says when the next one comes. `refused`: the deadline of handshakes says so. */
type Ended = 'no token' | 'refused' | 'dropped' | 'dropped after a stable minute';

export interface LinkOptions {
  readonly lease: Pick<Lease, 'peek' | 'acquire' | 'waitUntilReady' | 'reject'>;
  /** Of handshakes. */
  readonly deadline: EndpointDeadline;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connect: Connect;
  readonly watchSurroundings: WatchSurroundings;
  /** All of the handshake but the token; null while the host has no identity. */
  readonly describe: () => Omit<HandshakeRequest, 'serverToken'> | null;
  /** A new connection is there: what is unacked goes out again on it. */
  readonly onConnected: () => void;
  readonly next: () => string | null;
  readonly onText: (text: string) => void;
  readonly onChange: (status: LinkStatus) => void;
}

/** Keeps one websocket to the relay: gets a token, connects, and after a drop connects again, spread, until it is stopped. */
export class Link {
  readonly #options: LinkOptions;
  #status: LinkStatus;
  #connection: LinkConnection | null = null;
  #stopping: AbortController | null = null;
  /** Gives up the handshake that is under way. */
  #shaking: AbortController | null = null;
  /** For how long the relay asked to be left alone when it closed the last connection, in milliseconds. */
  #hintMs: number | null = null;
  /** Ends the wait that is under way. */
  #endWait: () => void = () => {};
  #surroundings: { stop(): void } | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#status = { current: { state: 'off' }, since: options.clock.wall(), attempts: 0, lastError: null };
  }

  get status(): LinkStatus {
    return this.#status;
  }

  start(): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#surroundings = this.#options.watchSurroundings(() => this.#lookAgain());
    this.#running = this.#running.then(() => this.#run(stopping.signal));
  }

  /** Ends the connection there is, or the try to get one; the next one follows as after any drop. */
  drop(why: string): void {
    this.#shaking?.abort();
    this.#connection?.close(why);
  }

  /** Closes the connection in order and ends every wait. */
  async stop(why: string): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    this.#shaking?.abort();
    this.#surroundings?.stop();
    this.#surroundings = null;
    this.#connection?.close(why);
    await this.#running;
  }

  /** Sends what there is to send, if there is a connection. */
  pump(): void {
    this.#connection?.pump();
  }

  /** Never rejects. */
  async #run(signal: AbortSignal): Promise<void> {
    const { deadline, random } = this.#options;
    let attempts = 0;
    if (deadline.remaining() > 0) this.#failed(deadline.message); // in an earlier process
    while (!signal.aborted) {
      if (deadline.remaining() > 0) {
        await this.#wait(deadline.remaining(), attempts, signal);
        continue; // it may have been woken before the end
      }
      const grant = await this.#token(signal, attempts);
      if (grant === null || signal.aborted) break;
      attempts += 1;
      this.#become({ state: 'connecting' }, { attempts });
      const ended = await this.#attempt(grant, signal).catch((error: unknown): Ended => {
        this.#failed(`connecting failed: ${causeOf(error)}`);
        return 'dropped';
      });
      if (ended === 'dropped after a stable minute') attempts = 0;
      if (ended === 'no token') continue;
      const pause = reconnectDelay(Math.max(0, attempts - 1), random) + (this.#hintMs ?? 0);
      this.#hintMs = null;
      await this.#wait(ended === 'refused' ? deadline.remaining() : pause, attempts, signal);
    }
    this.#become({ state: 'off' }, { attempts: 0, lastError: null });
  }

  /** A valid token, at once when there is one; null when the link or the lease was stopped. */
  async #token(signal: AbortSignal, attempts: number): Promise<Grant | null> {
    const { lease } = this.#options;
    const grant = lease.peek();
    if (grant !== null) {
      lease.acquire().catch(() => {}); // starts a renewal behind us when one is due
      return grant;
    }
    this.#become({ state: 'waiting-for-token' }, { attempts });
    try {
      return await lease.waitUntilReady({ signal });
    } catch {
      return null; // stopped or closed: it knows no other failure
    }
  }

  /** One connection, from the handshake to its end. */
  async #attempt(grant: Grant, signal: AbortSignal): Promise<Ended> {
    const { lease, deadline, clock, connect, describe } = this.#options;
    const request = describe();
    if (request === null) {
      lease.reject(grant, 'gone'); // a token without an identity is good for nothing; enrolling brings both
      return 'no token';
    }
    const shaking = new AbortController();
    this.#shaking = shaking;
    const handshake = { ...request, serverToken: grant.token };
    const outcome = await connect(handshake, shaking.signal);
    if (shaking.signal.aborted) {
      if (outcome.kind === 'open') outcome.discard();
      return 'dropped';
    }
    if (outcome.kind === 'open') {
      deadline.succeed();
      const openedAt = clock.monotonic();
      await this.#hold(outcome, grant, signal);
      return clock.monotonic() - openedAt >= STABLE_MS ? 'dropped after a stable minute' : 'dropped';
    }
    this.#failed(outcome.why);
    if (outcome.kind === 'failed') {
      const { why: message, retryAfter, date } = outcome;
      deadline.fail({ reason: 'transient', message, retryAfter, date });
      return 'refused';
    }
    // With the token gone the lease decides when to go on. A newer one is in hand already if it was not cleared: try that.
    lease.reject(grant, outcome.kind);
    return 'no token';
  }

  /** Resolves when the connection is over. */
  #hold(open: OpenLink, grant: Grant, signal: AbortSignal): Promise<void> {
    const { next, onText, onConnected } = this.#options;
    return new Promise((resolve) => {
      const connection = open.hold(next, {
        onText,
        onClose: (why, _reason, retryAfterMs = null) => {
          if (this.#connection === connection) this.#connection = null;
          if (!signal.aborted) this.#failed(withoutSecrets(why, [grant.token]));
          this.#hintMs = retryAfterMs;
          resolve();
        },
      });
      onConnected();
      this.#connection = connection;
      this.#become({ state: 'connected' }, { lastError: null });
      connection.pump();
    });
  }

  /** Ends early when the machine woke up, or is on another network. */
  #wait(ms: number, attempts: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    if (signal.aborted) return Promise.resolve();
    this.#become({ state: 'waiting', nextAttemptAt: clock.wall() + ms }, { attempts });
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const done = () => {
        timer?.cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#endWait = done;
      timer = clock.setTimer(ms, done);
    });
  }

  /** After a sleep the connection may be dead, a handshake surely is, and what was waited for may be over. */
  #lookAgain(): void {
    this.#shaking?.abort();
    this.#connection?.doubt();
    this.#endWait();
  }

  #failed(why: string): void {
    this.#status = { ...this.#status, lastError: why };
  }

  #become(current: LinkState, details: Partial<Pick<LinkStatus, 'attempts' | 'lastError'>> = {}): void {
    this.#status = { ...this.#status, current, since: this.#options.clock.wall(), ...details };
    this.#options.onChange(this.#status);
  }
}

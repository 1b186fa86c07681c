import { ChallengeResponse, ControllerGrant, type DeviceKey, paths } from '@holdfast/wire';
import { retryDelay } from './backoff.ts';
import { prove } from './claim.ts';
import { type Clock, MAX_TIMER_MS, type Random, type Timer } from './clock.ts';
import { ControllerError } from './errors.ts';
import type { RelayApi } from './relay-api.ts';

interface Held {
  readonly token: string;
  /** Both clocks have to agree that a token is valid: either alone may have been set, or have stood still. */
  readonly endsWall: number;
  readonly endsMonotonic: number;
  /** Renewed when less than this is left, in ms. */
  readonly windowMs: number;
}

const MAX_WINDOW_MS = 5 * 60_000;

export interface SessionTokenOptions {
  readonly api: RelayApi;
  readonly clientId: string;
  readonly deviceKey: DeviceKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly initial?: { readonly token: string; readonly expiresAt: number };
}

/**
 * The controller token: renewed before it expires, by the device key alone, with one refresh for all who ask and one moment before
 * which none of them asks again.
 */
export class SessionToken {
  readonly #options: SessionTokenOptions;
  readonly #ended = new AbortController();
  #held: Held | null = null;
  #flight: Promise<Held> | null = null;
  #failures = 0;
  /** By the monotonic clock. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #lastError: ControllerError | null = null;
  #timer: Timer | null = null;

  constructor(options: SessionTokenOptions) {
    this.#options = options;
    const { initial, clock } = options;
    if (initial !== undefined) this.#hold(initial.token, initial.expiresAt - clock.wall());
  }

  /**
   * Makes a call with the token. One that is refused is refreshed and tried once more.
   *
   * @throws ControllerError; `ERR_CONTROLLER_REVOKED` is final
   */
  async authorized<T>(call: (token: string) => Promise<T>): Promise<T> {
    const token = await this.#acquire();
    try {
      return await call(token);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (this.#held?.token === token) this.#held = null; // a newer one stays
    }
    try {
      return await call(await this.#acquire());
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new ControllerError('ERR_CONTROLLER_UNAUTHORIZED', `A fresh token was refused: ${error.message}`, {
        status: error.status,
        relayCode: error.relayCode,
        requestId: error.requestId,
        retryAt: error.retryAt,
        cause: error,
      });
    }
  }

  close(): void {
    this.#ended.abort(new ControllerError('ERR_CONTROLLER_CLOSED', 'The controller was closed.'));
    this.#timer?.cancel();
    this.#held = null;
  }

  async #acquire(): Promise<string> {
    this.#ended.signal.throwIfAborted();
    const held = this.#valid();
    if (held !== null) return held.token;
    const fresh = await this.#refresh();
    this.#ended.signal.throwIfAborted();
    // it may have expired on its way here
    if (this.#remaining(fresh) <= 0) {
      throw new ControllerError('ERR_CONTROLLER_MALFORMED', 'The relay gave a token that had already expired.');
    }
    return fresh.token;
  }

  #valid(): Held | null {
    const held = this.#held;
    return held !== null && this.#remaining(held) > 0 ? held : null;
  }

  #remaining(held: Held): number {
    const { clock } = this.#options;
    return Math.min(held.endsWall - clock.wall(), held.endsMonotonic - clock.monotonic());
  }

  async #refresh(): Promise<Held> {
    if (this.#flight !== null) return this.#flight;
    const { clock } = this.#options;
    const wait = this.#notBefore - clock.monotonic();
    if (wait > 0) {
      const why = this.#lastError?.message ?? 'the relay asked for it';
      throw new ControllerError('ERR_CONTROLLER_DEFERRED', `The token is not renewed yet: ${why}`, {
        retryAt: clock.wall() + wait,
        cause: this.#lastError,
      });
    }
    const flight = this.#fetch().finally(() => {
      this.#flight = null;
    });
    this.#flight = flight;
    return flight;
  }

  async #fetch(): Promise<Held> {
    const { api, clientId, deviceKey, clock, random } = this.#options;
    const { signal } = this.#ended;
    try {
      const { value: start } = await api.call({
        method: 'POST',
        path: paths.clientRefreshStart,
        body: { client_id: clientId },
        answer: ChallengeResponse,
        signal,
      });
      const { value: grant, serverNow } = await api.call({
        method: 'POST',
        path: paths.clientRefreshFinish,
        body: { client_id: clientId, device_key_proof: await prove(deviceKey, start.device_key_challenge) },
        answer: ControllerGrant,
        signal,
      });
      signal.throwIfAborted();
      this.#failures = 0;
      this.#lastError = null;
      return this.#hold(grant.remote_control_token, Date.parse(grant.expires_at) - serverNow);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ControllerError)) throw error;
      // a relay that restarted in between knows nothing of its challenge: that is no revocation
      if (error.status === 403 && error.relayCode !== 'device_proof_refused') throw revoked(error);
      this.#failures += 1;
      this.#lastError = error;
      const floor = error.retryAt === null ? 0 : error.retryAt - clock.wall();
      this.#notBefore = clock.monotonic() + retryDelay(this.#failures, floor, random);
      throw error;
    }
  }

  #hold(token: string, lifeMs: number): Held {
    const { clock } = this.#options;
    const held = {
      token,
      endsWall: clock.wall() + lifeMs,
      endsMonotonic: clock.monotonic() + lifeMs,
      windowMs: Math.min(MAX_WINDOW_MS, lifeMs / 3),
    };
    this.#held = held;
    this.#arm();
    return held;
  }

  /** Looks, at least once a minute, whether the token is due, so that a drop in an outage finds a fresh one in hand. */
  #arm(): void {
    this.#timer?.cancel();
    const held = this.#held;
    if (held === null || this.#ended.signal.aborted) return;
    const due = this.#remaining(held) - held.windowMs;
    const permitted = this.#notBefore - this.#options.clock.monotonic();
    const wait = Math.min(Math.max(due, permitted, 1_000), MAX_TIMER_MS);
    this.#timer = this.#options.clock.setTimer(wait, () => void this.#renewIfDue());
  }

  async #renewIfDue(): Promise<void> {
    const held = this.#held;
    if (held !== null && this.#remaining(held) <= held.windowMs) {
      // A failure costs nothing while the token is valid; afterwards whoever needs one asks, and hears why not.
      await this.#refresh().catch(() => {});
    }
    this.#arm();
  }
}

function isRefusal(error: unknown): error is ControllerError {
  return error instanceof ControllerError && error.code === 'ERR_CONTROLLER_RELAY' && isRefusalStatus(error.status);
}

const isRefusalStatus = (status: number | null) => status === 401 || status === 403;

function revoked(error: ControllerError): ControllerError {
  return new ControllerError(
    'ERR_CONTROLLER_REVOKED',
    `This device may no longer control this host: ${error.message} Pair it again with a new code.`,
    { status: error.status, relayCode: error.relayCode, requestId: error.requestId, cause: error },
  );
}

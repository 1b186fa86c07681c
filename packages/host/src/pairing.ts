import { type Clock, type Grant, type Lease, parseRetryAfter } from '@holdfast/lease';
import { WireError } from '@holdfast/wire';
import { RelayRequestError } from './relay-request.ts';

/** Pairing failed for now. `retryAt` (wall clock in milliseconds) is when it may be tried again, where that is known. */
export class PairingError extends Error {
  override readonly name = 'PairingError';
  readonly retryAt: number | null;

  constructor(message: string, retryAt: number | null, options?: ErrorOptions) {
    super(message, options);
    this.retryAt = retryAt;
  }
}

/** The wait after a failure that names none, in milliseconds: uniform from the first to the second. */
const DEFAULT_WAIT_MS = [24_000, 36_000] as const;
const WAIT_CAP_MS = 60 * 60_000;

/** What a 404 is about: the server that asks, or the code it asks for. */
export type NotFound = 'server' | 'code';

/** What pairing needs of the lease: a refused token is forgotten, and the next one tried, once. */
export type TokenSource = Pick<Lease, 'acquire' | 'reject'>;

/**
 * Calls to the relay that carry the server token and are no refresh. Their deadline is their own: a relay that is too busy to pair holds
 * back pairing, not the link (docs/operations.md, "Deadlines"). Calls run side by side.
 */
export class Pairing {
  readonly #tokens: TokenSource;
  readonly #clock: Clock;
  readonly #random: () => number;
  #retryAt: number | null = null;
  #why = '';

  constructor(tokens: TokenSource, clock: Clock, random: () => number) {
    this.#tokens = tokens;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Runs `call` with a valid server token; once more with a new one if the relay refuses it.
   *
   * @throws LeaseError when there is no token; PairingError; RelayRequestError for a call the relay understood and refuses
   */
  async run<T>(call: (serverToken: string) => Promise<T>, notFound: NotFound): Promise<T> {
    this.#refuseEarly();
    const grant = await this.#tokens.acquire();
    this.#refuseEarly();
    try {
      return await call(grant.token);
    } catch (error) {
      const reason = refusalOf(error, notFound);
      if (reason === null) throw this.#defer(error, notFound);
      this.#tokens.reject(grant, reason);
    }
    return this.#again(call, grant, notFound);
  }

  async #again<T>(call: (serverToken: string) => Promise<T>, refused: Grant, notFound: NotFound): Promise<T> {
    const grant = await this.#tokens.acquire();
    this.#refuseEarly();
    if (grant.generation === refused.generation) throw new PairingError('The relay refused the server token.', null);
    try {
      return await call(grant.token);
    } catch (error) {
      const reason = refusalOf(error, notFound);
      if (reason !== null) this.#tokens.reject(grant, reason);
      throw this.#defer(error, notFound);
    }
  }

  #refuseEarly(): void {
    const now = this.#clock.wall();
    if (this.#retryAt === null || this.#retryAt <= now || this.#retryAt > now + WAIT_CAP_MS) return;
    throw new PairingError(
      `Not asked: ${this.#why} Next try in ${Math.ceil((this.#retryAt - now) / 1000)} s.`,
      this.#retryAt,
    );
  }

  /** A refusal of this very call (a wrong code, say) is its caller's; anything else holds all calls back for a while. */
  #defer(error: unknown, notFound: NotFound): unknown {
    if (!(error instanceof Error)) return error;
    const isAnswer = error instanceof RelayRequestError && error.status !== null;
    if (isAnswer && isCallersFault(error.status, notFound)) return error;
    if (!(error instanceof RelayRequestError) && !(error instanceof WireError)) return error;
    const now = this.#clock.wall();
    const headers = error instanceof RelayRequestError ? error.headers : null;
    const asked = parseRetryAfter(headers?.get('retry-after') ?? null, headers?.get('date') ?? null, now);
    const [least, most] = DEFAULT_WAIT_MS;
    this.#retryAt = now + Math.min(asked ?? least + this.#random() * (most - least), WAIT_CAP_MS);
    this.#why = `${error.message}.`;
    return new PairingError(error.message, this.#retryAt, { cause: error });
  }
}

function refusalOf(error: unknown, notFound: NotFound): 'unauthorized' | 'gone' | null {
  if (!(error instanceof RelayRequestError)) return null;
  if (error.status === 401 || error.status === 403) return 'unauthorized';
  // a gateway's page says nothing about this server
  return error.status === 404 && notFound === 'server' && error.body !== null ? 'gone' : null;
}

function isCallersFault(status: number | null, notFound: NotFound): boolean {
  if (status === 404 || status === 410) return notFound === 'code';
  return status !== null && status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
}

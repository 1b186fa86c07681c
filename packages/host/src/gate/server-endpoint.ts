import type { Clock, Grant, Lease } from '@holdfast/lease';
import type { EndpointDeadline } from './endpoint-deadline.ts';
import { Gate } from './gate.ts';
import { type NotFound, RefusedError, refusalOf, weigh } from './weigh.ts';

/** What it needs of the lease: a refused token is forgotten, and the next one tried, once. */
export type TokenSource = Pick<Lease, 'acquire' | 'peek' | 'reject'>;

/** One endpoint of the relay that takes the server token, and whoever calls it. */
export class ServerEndpoint {
  readonly #tokens: TokenSource;
  readonly #notFound: NotFound;
  readonly #gate: Gate;
  /** The newest token that it refused since it last took one. */
  #refused: number | null = null;

  constructor(tokens: TokenSource, deadline: EndpointDeadline, clock: Clock, notFound: NotFound) {
    this.#tokens = tokens;
    this.#notFound = notFound;
    this.#gate = new Gate({ deadline, clock, credential: () => tokens.peek()?.generation ?? null });
  }

  /**
   * Runs `call` with a valid server token; once more with a new one if the relay refuses it.
   *
   * @throws LeaseError when there is no token; GateError; RelayRequestError for a call the relay understood and refuses
   */
  async run<T>(call: (serverToken: string) => Promise<T>): Promise<T> {
    const once = () =>
      this.#gate.run(
        () => this.#try(call),
        (error) => weigh(error, this.#notFound),
      );
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
    return once();
  }

  async #try<T>(call: (serverToken: string) => Promise<T>): Promise<T> {
    const grant = await this.#tokens.acquire();
    try {
      const result = await call(grant.token);
      this.#refused = null;
      return result;
    } catch (error) {
      this.#rejectOnce(grant, error);
      throw error;
    }
  }

  /** An endpoint that refused one token after another is not believed again before it has taken one: the link may well live on this one. */
  #rejectOnce(grant: Grant, error: unknown): void {
    const refusal = refusalOf(error, this.#notFound);
    if (refusal === null || (this.#refused !== null && grant.generation > this.#refused)) return;
    this.#refused = grant.generation;
    this.#tokens.reject(grant, refusal);
    throw new RefusedError('The relay refused the server token.', { cause: error });
  }
}

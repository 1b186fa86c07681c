import type { Clock } from '@holdfast/lease';
import type { EndpointDeadline, EndpointFailure } from './endpoint-deadline.ts';
import { GateError } from './gate-error.ts';

/** What the error of a call says of its endpoint: it works, it failed, or nothing. */
export type Verdict = 'works' | 'unknown' | EndpointFailure;

export interface GateOptions {
  readonly deadline: EndpointDeadline;
  readonly clock: Clock;
  /** Names the credential that a call would carry now; null: none. The endpoint has to prove itself to each anew. */
  readonly credential: () => string | number | null;
}

/**
 * Whoever calls one endpoint of the relay comes through here. While its deadline is ahead nobody does. An endpoint that has not
 * succeeded since its last failure, or with the credential there is now, gets one call, a probe; the others wait for what comes of it.
 * After a success all go side by side. So no number of callers makes more than one request of a failure.
 */
export class Gate {
  readonly #deadline: EndpointDeadline;
  readonly #clock: Clock;
  readonly #credential: GateOptions['credential'];
  #probe: Promise<void> | null = null;
  /** The credential that the endpoint last took, unless it has failed since. */
  #proven: string | number | null = null;
  /** The one that it refused, if that set the deadline. */
  #refused: string | number | null = null;

  constructor({ deadline, clock, credential }: GateOptions) {
    this.#deadline = deadline;
    this.#clock = clock;
    this.#credential = credential;
  }

  /**
   * @param weigh says what an error of `call` means for the endpoint
   * @throws GateError when the endpoint may not be asked, or fails; else what `call` throws
   */
  async run<T>(call: () => Promise<T>, weigh: (error: unknown) => Verdict): Promise<T> {
    this.#refuseEarly();
    while (!this.#isOpen() && this.#probe !== null) {
      await this.#probe;
      this.#refuseEarly();
    }
    if (this.#isOpen()) return this.#pass(call, weigh);
    const passing = this.#pass(call, weigh);
    this.#probe = passing.then(
      () => {},
      () => {},
    );
    try {
      return await passing;
    } finally {
      this.#probe = null;
    }
  }

  #isOpen(): boolean {
    return this.#proven !== null && this.#proven === this.#credential();
  }

  async #pass<T>(call: () => Promise<T>, weigh: (error: unknown) => Verdict): Promise<T> {
    try {
      const result = await call();
      this.#succeeded();
      return result;
    } catch (error) {
      const verdict = weigh(error);
      if (verdict === 'works') this.#succeeded();
      if (typeof verdict === 'string') throw error;
      throw this.#failed(verdict, error);
    }
  }

  #succeeded(): void {
    this.#deadline.succeed();
    if (this.#deadline.retryAt() === null) this.#proven = this.#credential();
  }

  #failed(failure: EndpointFailure, cause: unknown): GateError {
    this.#proven = null;
    if (failure.reason === 'unauthorized') this.#refused = this.#credential();
    return new GateError(failure.message, this.#deadline.fail(failure), { cause });
  }

  #refuseEarly(): void {
    // A credential was refused, and now there is another one.
    if (this.#deadline.reason === 'unauthorized' && this.#refused !== null && this.#refused !== this.#credential()) {
      this.#refused = null;
      this.#deadline.lift();
    }
    const retryAt = this.#deadline.retryAt();
    if (retryAt === null) return;
    const seconds = Math.ceil((retryAt - this.#clock.wall()) / 1000);
    throw new GateError(`Not asked: ${this.#deadline.message}. Next try in ${seconds} s.`, retryAt);
  }
}

import type { Clock } from '@holdfast/lease';
import type { AccountCredentials } from '../credentials.ts';
import type { EndpointDeadline } from './endpoint-deadline.ts';
import { Gate } from './gate.ts';
import { RefusedError, refusalOf, weigh } from './weigh.ts';

/** One endpoint of the relay that takes the account's token, and whoever calls it. */
export class AccountEndpoint {
  readonly #account: () => AccountCredentials;
  readonly #gate: Gate;

  /** @param account reads the credentials anew; throws when there are none */
  constructor(account: () => AccountCredentials, deadline: EndpointDeadline, clock: Clock) {
    this.#account = account;
    this.#gate = new Gate({ deadline, clock, credential: () => this.#current()?.accountToken ?? null });
  }

  /**
   * Runs `call` with the account's credentials; once more if the relay refuses them and they have changed meanwhile.
   *
   * @throws Error when there are none; GateError; RelayRequestError for a call the relay understood and refuses
   */
  async run<T>(call: (account: AccountCredentials) => Promise<T>): Promise<T> {
    const once = () =>
      this.#gate.run(
        () => this.#try(call),
        (error) => weigh(error, 'subject'),
      );
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
    return once();
  }

  async #try<T>(call: (account: AccountCredentials) => Promise<T>): Promise<T> {
    const account = this.#account();
    try {
      return await call(account);
    } catch (error) {
      const now = refusalOf(error, 'subject') === 'unauthorized' ? this.#current() : null;
      if (now === null || now.accountToken === account.accountToken) throw error;
      throw new RefusedError('The relay refused the account token.', { cause: error });
    }
  }

  #current(): AccountCredentials | null {
    try {
      return this.#account();
    } catch {
      return null; // what is wrong with them is told when they are needed
    }
  }
}

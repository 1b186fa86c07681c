import { RpcRefusal, rpcCodes } from '@holdfast/local-socket';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { relayFolder } from './places.ts';

/** What every command takes that operates a relay. */
export interface OperatorFlags {
  readonly data?: string;
  readonly json: boolean;
}

/**
 * Has the relay of this folder do something, whether it runs or not. `T` is what that method of `@holdfast/relay` answers, of which this
 * command is a part.
 *
 * @throws CliError in the relay's own words when it refuses
 */
export async function operateRelay<T>({ data }: OperatorFlags, method: string, params: object = {}): Promise<T> {
  const { operate } = await import('@holdfast/relay'); // not for those who only ask for --help
  try {
    return (await operate(relayFolder(data), method, params)) as T; // see above
  } catch (error) {
    if (!(error instanceof RpcRefusal) || error.code !== rpcCodes.refused || error.data.retryAt !== undefined)
      throw error;
    throw new CliError(exitCodes.failed, error.message, { cause: error });
  }
}

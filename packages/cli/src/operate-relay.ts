import { RpcRefusal, rpcCodes } from '@holdfast/local-socket';
import { callProgram } from './call-program.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { findOperatorSocket, relayFolder } from './places.ts';

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
  return inItsWords<T>(() => operate(relayFolder(data), method, params));
}

/** Likewise, but what only a running relay can do. @throws CliError when none runs, too */
export async function askRunningRelay<T>({ data }: OperatorFlags, method: string, params: object = {}): Promise<T> {
  const client = await callProgram('relay', findOperatorSocket(data));
  return inItsWords<T>(() => client.call(method, params)).finally(() => client.close());
}

async function inItsWords<T>(ask: () => Promise<unknown>): Promise<T> {
  try {
    return (await ask()) as T; // see above
  } catch (error) {
    if (!(error instanceof RpcRefusal) || error.code !== rpcCodes.refused || error.data.retryAt !== undefined)
      throw error;
    throw new CliError(exitCodes.failed, error.message, { cause: error });
  }
}

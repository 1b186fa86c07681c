import type { Relay, RelayOptions } from '@holdfast/relay';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Starts a relay in this process. @throws CliError when it cannot listen; DataFolderError when it cannot use its folder */
export async function launchRelay(options: RelayOptions): Promise<Relay> {
  const { RelayError, startRelay } = await import('@holdfast/relay'); // not for those who only ask for --help
  try {
    return await startRelay(options);
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    const hint = error.code === 'ERR_RELAY_IN_THE_CLEAR' ? ' The word is --insecure.' : '';
    throw new CliError(exitCodes.failed, `${error.message}${hint}`, { cause: error });
  }
}

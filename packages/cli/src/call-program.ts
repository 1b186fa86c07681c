import { LocalSocketClient, LocalSocketError, type OnNotification } from '@holdfast/local-socket';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** How each program is started again. */
const starting = {
  host: '`holdfast up` or `holdfast host`',
  relay: '`holdfast relay` or `holdfast up`',
} as const;

/** Connects to the local socket of a host or a relay on this machine. @throws CliError when it does not run */
export async function callProgram(
  program: keyof typeof starting,
  path: string,
  onNotification: OnNotification = () => {},
): Promise<LocalSocketClient> {
  try {
    return await LocalSocketClient.open(path, { onNotification });
  } catch (cause) {
    if (!(cause instanceof LocalSocketError)) throw cause;
    throw new CliError(
      exitCodes.unavailable,
      `The ${program} of ${path} does not run. Start it again with ${starting[program]}.`,
      { cause },
    );
  }
}

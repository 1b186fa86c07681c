import { ControlSocket, type Host } from '@holdfast/host';
import type { Logger } from 'pino';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Opens the host's control socket. @throws CliError when the folder is no place for one */
export async function openControl(host: Host, logger: Logger): Promise<ControlSocket> {
  try {
    return await ControlSocket.open(host, logger);
  } catch (error) {
    throw new CliError(exitCodes.data, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

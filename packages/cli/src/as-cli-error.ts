import { ControllerError, type ControllerErrorCode } from '@holdfast/controller';
import { DataFolderError } from '@holdfast/data-folder';
import { EgressError } from '@holdfast/egress';
import { LocalSocketError, type LocalSocketErrorCode, RpcRefusal, rpcCodes } from '@holdfast/local-socket';
import { WireError } from '@holdfast/wire';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

const REFUSALS: readonly ControllerErrorCode[] = [
  'ERR_CONTROLLER_CODE',
  'ERR_CONTROLLER_REVOKED',
  'ERR_CONTROLLER_UNAUTHORIZED',
  'ERR_CONTROLLER_CREDENTIALS',
];

/** A folder in which a socket cannot be. */
const MISPLACED: readonly LocalSocketErrorCode[] = ['ERR_LOCAL_SOCKET_PATH', 'ERR_LOCAL_SOCKET_TAKEN'];

/** Anything thrown, as a failure to tell; null for a fault of ours, which keeps its stack. */
export function asCliError(error: unknown): CliError | null {
  if (error instanceof CliError) return error;
  if (error instanceof DataFolderError) return new CliError(exitCodes.data, error.message, { cause: error });
  if (error instanceof EgressError) {
    const isSetting = error.code === 'ERR_EGRESS_PROXY_URL' || error.code === 'ERR_EGRESS_CA_FILE';
    return new CliError(isSetting ? exitCodes.usage : exitCodes.unavailable, error.message, { cause: error });
  }
  if (error instanceof WireError) return new CliError(exitCodes.usage, error.message, { cause: error });
  if (error instanceof LocalSocketError) {
    const exitCode = MISPLACED.includes(error.code) ? exitCodes.data : exitCodes.unavailable;
    return new CliError(exitCode, error.message, { cause: error });
  }
  if (error instanceof RpcRefusal) {
    const exitCode = error.code === rpcCodes.invalidParams ? exitCodes.usage : exitCodes.unavailable;
    return new CliError(exitCode, error.message, { retryAt: error.data.retryAt ?? null, cause: error });
  }
  if (error instanceof ControllerError) {
    const exitCode =
      error.code === 'ERR_CONTROLLER_URL'
        ? exitCodes.usage
        : REFUSALS.includes(error.code)
          ? exitCodes.refused
          : exitCodes.unavailable;
    return new CliError(exitCode, error.message, { retryAt: momentOf(error.retryAt), cause: error });
  }
  if (hasRetryAt(error))
    return new CliError(exitCodes.unavailable, error.message, { retryAt: momentOf(error.retryAt), cause: error });
  return isSystemError(error) ? new CliError(exitCodes.failed, error.message, { cause: error }) : null;
}

/** No token, or pairing is held back: the host's own refusals know when to try again. */
function hasRetryAt(error: unknown): error is Error & { retryAt: number | null } {
  return error instanceof Error && 'retryAt' in error && (error.retryAt === null || typeof error.retryAt === 'number');
}

function momentOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** What the system refuses (a file, a socket) says enough by its message. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

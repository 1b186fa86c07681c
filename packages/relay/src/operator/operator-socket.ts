import { join } from 'node:path';
import { LocalSocketError, LocalSocketServer, type Method, Methods } from '@holdfast/local-socket';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { OPERATOR_SOCKET } from './place.ts';

export interface OperatorSocketOptions {
  readonly dataDir: string;
  readonly methods: Readonly<Record<string, Method>>;
  readonly logger: Logger;
}

/** Opens the socket over which the relay's own user operates it. @throws RelayError that says why it cannot listen there */
export async function openOperatorSocket(options: OperatorSocketOptions): Promise<LocalSocketServer> {
  const { dataDir, logger } = options;
  const methods = new Methods(options.methods);
  try {
    return await LocalSocketServer.open({
      path: join(dataDir, OPERATOR_SOCKET),
      what: "the operator's socket",
      call: (method, params) => methods.call(method, params),
      onFault: (message, cause) => logger.error({ err: cause }, message),
    });
  } catch (cause) {
    if (!(cause instanceof LocalSocketError)) throw cause;
    throw new RelayError('ERR_RELAY_OPERATOR_SOCKET', cause.message, { cause });
  }
}

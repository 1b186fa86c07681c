export type RelayErrorCode =
  | 'ERR_RELAY_PORT_TAKEN'
  | 'ERR_RELAY_NOT_PERMITTED'
  | 'ERR_RELAY_HOST_UNKNOWN'
  | 'ERR_RELAY_IN_THE_CLEAR'
  | 'ERR_RELAY_LISTEN'
  | 'ERR_RELAY_TLS'
  | 'ERR_RELAY_OPERATOR_SOCKET'
  | 'ERR_RELAY_BACKUP';

/** A relay cannot start, or be backed up or restored. The message is for the person who wanted it: what, where, why, and what to do. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: RelayErrorCode;

  constructor(code: RelayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function inTheClear(host: string): RelayError {
  return new RelayError(
    'ERR_RELAY_IN_THE_CLEAR',
    `The relay speaks plain HTTP, and ${host} is reachable from other machines: tokens would cross the network unencrypted. Give it a certificate with --tls-cert and --tls-key, listen on 127.0.0.1 behind a TLS proxy or a tunnel, or allow it by an explicit word.`,
  );
}

/** @param message what is wrong with the certificate or its key, and what to do */
export function tlsUnusable(message: string, cause?: unknown): RelayError {
  return new RelayError('ERR_RELAY_TLS', message, cause === undefined ? {} : { cause });
}

/** What the system said to `listen`, as an error that says what to do. */
export function listenError(cause: unknown, { host, port }: { host: string; port: number }): RelayError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const where = `${host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return new RelayError(
        'ERR_RELAY_PORT_TAKEN',
        `${where} is taken by another program. Stop that one, or choose another port with --listen ${host}:PORT (0 picks a free one).`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new RelayError(
        'ERR_RELAY_NOT_PERMITTED',
        `This user may not listen on ${where}${port > 0 && port < 1024 ? ': ports below 1024 are reserved' : ''}. Choose another port with --listen ${host}:PORT.`,
        { cause },
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new RelayError(
        'ERR_RELAY_HOST_UNKNOWN',
        `"${host}" is no address of this machine (${String(code)}). Listen on 127.0.0.1, or on an address that this machine has.`,
        { cause },
      );
    default: {
      const why = cause instanceof Error ? cause.message : String(cause);
      return new RelayError('ERR_RELAY_LISTEN', `The relay cannot listen on ${where}: ${why}.`, { cause });
    }
  }
}

export type EgressErrorCode =
  /** A proxy variable holds no proxy that can be used. */
  | 'ERR_EGRESS_PROXY_URL'
  /** The proxy could not be reached, or did not answer in time. */
  | 'ERR_EGRESS_PROXY_UNREACHABLE'
  /** The proxy answered, and did not open the way. */
  | 'ERR_EGRESS_PROXY_REFUSED'
  /** A file of certificates cannot be used. */
  | 'ERR_EGRESS_CA_FILE'
  /** The far side showed no certificate that is trusted, or speaks no TLS. */
  | 'ERR_EGRESS_TLS'
  /** No connection within the time there is for it. */
  | 'ERR_EGRESS_TIMEOUT';

/**
 * There is no way out to where a request was meant to go. The message is for a person, names the proxy where there is one, and never holds
 * its user or password. It has no cause: what is wrong is all in the message.
 */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressErrorCode;
  /** What the proxy answered with, where it answered. */
  readonly proxyStatus: number | null;

  constructor(code: EgressErrorCode, message: string, proxyStatus: number | null = null) {
    super(message);
    this.code = code;
    this.proxyStatus = proxyStatus;
  }
}

/** Where several addresses of one name were tried, the first one's failure says what there is to say; together they say nothing. */
export function firstFailure(error: unknown): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first : new Error(String(first));
}

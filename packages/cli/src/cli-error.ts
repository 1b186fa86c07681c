/** A failure told in one sentence, without a stack trace: it is the user's to mend. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** RFC 3339, when it may be tried again; null where that is not known. */
  readonly retryAt: string | null;

  constructor(exitCode: number, message: string, details: { retryAt?: string | null; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.exitCode = exitCode;
    this.retryAt = details.retryAt ?? null;
  }
}

/** An endpoint of the relay failed, or was not asked since it failed before. */
export class GateError extends Error {
  override readonly name = 'GateError';
  /** Wall clock in milliseconds from which it may be asked again; null where that is not known. */
  readonly retryAt: number | null;

  constructor(message: string, retryAt: number | null, options?: ErrorOptions) {
    super(message, options);
    this.retryAt = retryAt;
  }
}

export type DataFolderErrorCode =
  | 'ERR_DATA_IN_USE'
  | 'ERR_DATA_NOT_USABLE'
  | 'ERR_DATA_DAMAGED'
  | 'ERR_DATA_TOO_NEW'
  | 'ERR_DATA_MISSING';

/** A data folder cannot be used. The message is for the person who named it: what, where, why, and what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly code: DataFolderErrorCode;

  constructor(code: DataFolderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

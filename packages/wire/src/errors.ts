export type WireErrorCode =
  | 'ERR_WIRE_URL'
  | 'ERR_WIRE_JSON'
  | 'ERR_WIRE_ENVELOPE'
  | 'ERR_WIRE_BODY'
  | 'ERR_WIRE_TOO_LARGE'
  | 'ERR_WIRE_PROOF'
  | 'ERR_WIRE_CODE';

/** Something that came over the wire, or was about to go over it, breaks a rule of it. The message names the rule, never the value. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

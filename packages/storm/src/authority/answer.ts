/** What a host asks its authority for. `handshake`: to open its link. */
export const ENDPOINTS = ['refresh', 'handshake', 'pair'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** A server token. Times are moments of the simulation, in milliseconds. */
export interface Token {
  readonly text: string;
  readonly mintedAt: number;
  readonly expiresAt: number;
}

export interface Answer {
  /** HTTP status; 101 for a link. Null: none came, since the connection failed or nobody waited long enough. */
  readonly status: number | null;
  /** The text of the header. */
  readonly retryAfter: string | null;
  /** The text of the header. */
  readonly date: string | null;
  /** Of a refresh that succeeded. A success without one is malformed. */
  readonly token: Token | null;
}

export const NO_ANSWER: Answer = { status: null, retryAfter: null, date: null, token: null };

export function isSuccess(endpoint: Endpoint, { status, token }: Answer): boolean {
  if (endpoint === 'handshake') return status === 101;
  return status === 200 && (endpoint === 'pair' || token !== null);
}

export function makeToken(host: number, mintedAt: number, lifeMs: number): Token {
  const expiresAt = mintedAt + lifeMs;
  return { text: `${host}@${expiresAt}`, mintedAt, expiresAt };
}

/** Until when a token is good, by its text. */
export function expiryOf(text: string): number {
  return Number(text.slice(text.indexOf('@') + 1));
}

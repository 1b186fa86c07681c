// The request for a token, for libraries that leave it to their user.

export interface PlainToken {
  readonly token: string;
  readonly expiration: Date;
}

export function requestToken(url: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/token`, { method: 'POST', redirect: 'manual', ...(signal === undefined ? {} : { signal }) });
}

export interface TokenBody {
  readonly access_token: string;
  readonly expires_in: number;
}

/** @throws when the answer is not a token */
export async function fetchToken(url: string): Promise<PlainToken> {
  const response = await requestToken(url);
  if (!response.ok) throw new Error(`the authority answered ${response.status}`);
  const { access_token, expires_in } = (await response.json()) as TokenBody; // the bench's own authority
  return { token: access_token, expiration: new Date(Date.now() + expires_in * 1_000) };
}

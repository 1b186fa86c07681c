import * as oauth from 'oauth4webapi';
import { type Clock, systemClock } from './clock.ts';
import type { FetchLike } from './fetch.ts';
import { classifyResponse } from './http-refresh.ts';
import type { FailureKind, RefreshAttempt, RefreshOutcome } from './outcome.ts';

export interface ClientCredentialsOptions {
  /** The authorization server: `{ issuer, token_endpoint }` will do; what discovery answers is taken as well. */
  readonly server: oauth.AuthorizationServer;
  /** Such as `{ client_id }`. */
  readonly client: oauth.Client;
  /** How the client proves who it is: `oauth4webapi`'s `ClientSecretBasic(secret)`, `PrivateKeyJwt(key)` or another. */
  readonly auth: oauth.ClientAuth;
  /** Default: none, the server chooses. */
  readonly scope?: string | undefined;
  /** More parameters of the request, such as `{ audience }` or `{ resource }`. Default: none. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Sends the request. Default: the platform's `fetch`. */
  readonly fetch?: FetchLike | undefined;
  /** The clock that the lease uses. Default: the platform's. */
  readonly clock?: Clock | undefined;
}

/**
 * A refresh function for the OAuth 2 client credentials grant (RFC 6749 §4.4). `oauth4webapi` authenticates the client.
 *
 * A 401, a 403 and the error `invalid_client` are unauthorized: the lease asks `recover`, and then waits for `credentialsChanged()`. 408, 425,
 * 429 and 5xx are transient. Every other error, and a success without a bearer token and its life, is invalid. The life counts from the
 * response's own `Date`.
 *
 * Messages name the endpoint and the registered error code, and nothing else that the server wrote: it has seen the secret.
 *
 * @throws TypeError if the server has no token endpoint, or one that is not https and not on loopback
 */
export function clientCredentials(
  options: ClientCredentialsOptions,
): (attempt: RefreshAttempt) => Promise<RefreshOutcome> {
  const { server, client, auth, scope, clock = systemClock } = options;
  const endpoint = parseEndpoint(server.token_endpoint);
  const parameters = { ...options.parameters, ...(scope === undefined ? {} : { scope }) };
  const name = `POST ${endpoint.origin}${endpoint.pathname}`;

  return async ({ signal }) => {
    const response = await oauth.clientCredentialsGrantRequest(server, client, auth, parameters, {
      signal,
      // Only on loopback, as was checked above.
      [oauth.allowInsecureRequests]: endpoint.protocol === 'http:',
      ...(options.fetch === undefined ? {} : { [oauth.customFetch]: options.fetch }),
    });
    let code: string | null = null;
    const readCode = (body: string): string => {
      code = errorCode(body);
      return code ?? '';
    };
    const outcome = await classifyResponse(response, signal, { name, clock, parse: readToken, preview: readCode });
    return outcome.kind === 'success' ? outcome : { ...outcome, kind: kindOf(outcome.kind, code) };
  };
}

/** A 404 is the wrong address here: whoever does not know the client says `invalid_client`. */
function kindOf(kind: FailureKind, code: string | null): FailureKind {
  if (kind === 'gone') return 'invalid';
  return kind === 'invalid' && code === 'invalid_client' ? 'unauthorized' : kind;
}

function readToken(body: unknown, { serverNow }: { readonly serverNow: number }): { token: string; expiresAt: number } {
  const { access_token, token_type, expires_in }: Partial<Record<string, unknown>> = Object(body);
  if (typeof access_token !== 'string' || access_token === '') throw new Error('it has no access_token');
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer')
    throw new Error('its token_type is not Bearer');
  return { token: access_token, expiresAt: serverNow + lifeInSeconds(expires_in) * 1000 };
}

/** Some servers write the number as a string. */
function lifeInSeconds(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  if (typeof seconds === 'number' && seconds > 0) return seconds;
  throw new Error('it has no expires_in, or one that is no number of seconds');
}

/** RFC 6749 §5.2, RFC 8707 §2 and RFC 9449. Only these are repeated: anything else might hold what the server was sent. */
const ERROR_CODES: readonly unknown[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
];

function errorCode(body: string): string | null {
  try {
    const { error }: Partial<Record<string, unknown>> = Object(JSON.parse(body));
    return typeof error === 'string' && ERROR_CODES.includes(error) ? error : null;
  } catch {
    return null;
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function parseEndpoint(text: string | undefined): URL {
  if (text === undefined || !URL.canParse(text)) {
    throw new TypeError(
      'server.token_endpoint is not a URL; it is the address at which the authorization server gives tokens.',
    );
  }
  const url = new URL(text);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return url;
  throw new TypeError(
    `server.token_endpoint is at ${url.origin}; a client secret goes over https only, except on loopback.`,
  );
}

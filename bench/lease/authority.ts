// The process of the authorities: one HTTP server per subject and scenario, each with its own tokens and counts.
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../common/ipc.ts';
import { CALLERS, ROUND_TRIP_MS, type TokenAnswer } from './scenarios.ts';

/** `open` resolves to the new authority's address. `begin` starts the storm there. `count` tells the `Asked` since. */
export type AuthorityQuestion =
  | {
      readonly ask: 'open';
      readonly before: TokenAnswer;
      readonly during: TokenAnswer;
      readonly refusalSpreadMs: number;
    }
  | { readonly ask: 'begin' | 'count'; readonly url: string };

/** Requests for tokens. */
export interface Asked {
  readonly requests: number;
  /** Those that came after a `Retry-After` had been sent and before it had passed. */
  readonly early: number;
}

interface Authority {
  begin(): void;
  count(): Asked;
}

const authorities = new Map<string, Authority>();

serve(async (question: AuthorityQuestion) => {
  if (question.ask === 'open') return open(question.before, question.during, question.refusalSpreadMs);
  const authority = authorities.get(question.url);
  if (authority === undefined) throw new Error(`no authority at ${question.url}`);
  return question.ask === 'begin' ? authority.begin() : authority.count();
});

async function open(before: TokenAnswer, during: TokenAnswer, refusalSpreadMs: number): Promise<string> {
  let answer = before;
  let minted = 0;
  let requests = 0;
  let early = 0;
  let notBefore = 0;
  let refusals = 0;
  /** Tokens up to this one are refused by the API. */
  let revoked = 0;

  const server = createServer(async (request, response) => {
    request.resume();
    const path = request.url?.split('?')[0];
    if (path === '/token') {
      requests += 1;
      if (performance.now() < notBefore) early += 1;
      if (answer.kind === 'hang') return;
      const now = answer;
      if (now.kind === 'token') minted += 1;
      const number = minted;
      await sleep(ROUND_TRIP_MS);
      if (now.kind === 'token') return sendToken(response, number, now);
      if (now.retryAfterS !== undefined) notBefore = performance.now() + now.retryAfterS * 1_000;
      return sendStatus(response, now);
    }
    if (path === '/api') {
      const number = Number(request.headers.authorization?.replace('Bearer token-', ''));
      if (number > revoked) {
        await sleep(ROUND_TRIP_MS);
        return sendJson(response, 200, {});
      }
      refusals += 1;
      await sleep(ROUND_TRIP_MS + (refusalSpreadMs * (refusals - 1)) / (CALLERS - 1));
      response.setHeader('www-authenticate', `Bearer error="insufficient_claims", claims="${btoa('{"again":true}')}"`);
      return sendJson(response, 401, { error: 'revoked' });
    }
    // `/warm`: so that nobody's first request pays for loading an HTTP client.
    sendJson(response, path === '/warm' ? 200 : 404, {});
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  const url = `http://127.0.0.1:${address.port}`;
  authorities.set(url, {
    begin() {
      answer = during;
      requests = 0;
      early = 0;
      revoked = minted;
    },
    count: () => ({ requests, early }),
  });
  return url;
}

function sendToken(
  response: ServerResponse,
  number: number,
  { lifeS, refreshInS }: TokenAnswer & { kind: 'token' },
): void {
  const token = `token-${number}`;
  sendJson(response, 200, {
    // OAuth 2, as Google and Microsoft speak it.
    access_token: token,
    token_type: 'Bearer',
    expires_in: lifeS,
    ...(refreshInS === undefined ? {} : { refresh_in: refreshInS }),
    // The AWS single sign-on service.
    accessToken: token,
    refreshToken: 'refresh',
    tokenType: 'Bearer',
    expiresIn: lifeS,
    // The AWS container credentials endpoint.
    AccessKeyId: 'key',
    SecretAccessKey: 'secret',
    Token: token,
    Expiration: new Date(Date.now() + lifeS * 1_000).toISOString(),
  });
}

function sendStatus(response: ServerResponse, { status, retryAfterS }: TokenAnswer & { kind: 'status' }): void {
  if (retryAfterS !== undefined) response.setHeader('retry-after', retryAfterS);
  sendJson(response, status, { error: 'temporarily_unavailable', error_description: 'come back later' });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

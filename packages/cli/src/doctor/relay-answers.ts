import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Egress } from '@holdfast/egress';
import { type AccountCredentials, RelayRequestError, requestJson } from '@holdfast/host';
import { bodyPreview, endpoint, headers, PROTOCOL_VERSION, paths } from '@holdfast/wire';
import { type Finding, fail, messageOf, pass, skipped, warn } from './check.ts';

const ACCOUNT_PATH = 'holdfast/account';
/** What a clock may be off before it is worth a word, and before things fail for it: codes and certificates live minutes and days. */
const SKEW_WARN_MS = 30_000;
const SKEW_FAIL_MS = 10 * 60_000;

/** What the relay said to somebody without credentials. */
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly location: string | null;
  readonly retryAfter: string | null;
  /** Its clock less ours, in milliseconds; null where it told no time. */
  readonly skewMs: number | null;
  readonly ms: number;
}

/** Asks whose account nobody is: a relay says 401, and that it is one. @throws Error that says why no answer came */
export async function askRelay(base: string, egress: Egress, signal: AbortSignal): Promise<Answered> {
  const startedAt = Date.now();
  const response = await egress.fetch(endpoint(base, ACCOUNT_PATH), { redirect: 'manual', signal }).catch((error) => {
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  });
  const endedAt = Date.now();
  const date = Date.parse(response.headers.get('date') ?? '');
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    body: await response.text(),
    location: response.headers.get('location'),
    retryAfter: response.headers.get('retry-after'),
    skewMs: Number.isNaN(date) ? null : date - (startedAt + endedAt) / 2,
    ms: endedAt - startedAt,
  };
}

export function judgeHttp({ status, type, body, location, retryAfter, ms }: Answered): Finding {
  const said = `${status}${type === '' ? '' : `, ${type.split(';', 1)[0]}`}`;
  if (status === 401 && type.includes('json')) return pass(`the relay answers, in ${ms} ms`);
  if (status >= 300 && status < 400) {
    return fail(
      `redirected (${status}) to ${location ?? 'nowhere'}`,
      'Name that address with --relay, if it is the relay.',
    );
  }
  if (status === 429 || status >= 500) {
    const when = retryAfter === null ? '' : ` It says to come back after ${retryAfter.slice(0, 40)}.`;
    return fail(
      `${said}: ${bodyPreview(body).slice(0, 200)}`,
      `The relay, or what stands before it, is in trouble.${when}`,
    );
  }
  if (type.includes('html')) {
    return fail(
      `${said}: a web page, not a relay`,
      'Is the address right? A network that wants you to log in answers like this, too.',
    );
  }
  return fail(`${said}: something answers that is no Holdfast relay`, 'Is the address right, and its path?');
}

export function judgeClock({ skewMs }: Answered): Finding {
  if (skewMs === null) return skipped('the relay tells no time');
  const off = Math.abs(skewMs);
  if (off < SKEW_WARN_MS) return pass(`agrees with the relay's to ${Math.max(1, Math.round(off / 1000))} s`);
  const seen = `this machine is ${Math.round(off / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the relay`;
  const advice = 'Set the clock (timedatectl set-ntp true). Deadlines do not mind; certificates and pairing codes do.';
  return off < SKEW_FAIL_MS ? warn(seen, advice) : fail(seen, advice);
}

/** Asks for a host's websocket without a token: a relay that is reached by an upgrade refuses it by 401. */
export async function checkWebSocket(base: string, egress: Egress, signal: AbortSignal): Promise<Finding> {
  const url = new URL(endpoint(base, paths.serverSocket));
  const status = await askForUpgrade(url, egress, signal);
  if (status === 401 || status === 403)
    return pass(`the upgrade reaches the relay, which refuses it without a token (${status})`);
  if (status === 429 || status >= 500)
    return fail(`answered with ${status}`, 'The relay, or what stands before it, is in trouble.');
  return fail(
    `answered with ${status}: the upgrade did not reach the relay as one`,
    'Something before the relay hands on HTTP and no websockets. It has to pass Upgrade and Connection on (docs/operations.md, "TLS").',
  );
}

function askForUpgrade(url: URL, egress: Egress, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      agent: egress.agentFor(url),
      signal,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64'),
        [headers.protocolVersion]: PROTOCOL_VERSION,
      },
    });
    request.on('error', reject);
    request.on('response', (answer) => {
      resolve(answer.statusCode ?? 0);
      request.destroy();
    });
    request.on('upgrade', (answer, socket) => {
      resolve(answer.statusCode ?? 0);
      socket.destroy();
    });
    request.end();
  });
}

/** Whether the relay knows the account. Nothing is enrolled and nothing renewed by asking. */
export async function checkCredentials(
  base: string,
  egress: Egress,
  account: { readonly credentials: AccountCredentials; readonly from: string },
  signal: AbortSignal,
): Promise<Finding> {
  const { credentials, from } = account;
  const request = {
    method: 'GET',
    url: endpoint(base, ACCOUNT_PATH),
    headers: { authorization: `Bearer ${credentials.accountToken}` },
  } as const;
  try {
    const answer = await requestJson(egress.fetch, request, signal);
    const accountId =
      typeof answer === 'object' && answer !== null && 'account_id' in answer ? answer.account_id : null;
    return accountId === credentials.accountId
      ? pass(`the relay knows ${credentials.accountId}, from ${from}`)
      : fail(
          `the token from ${from} is of another account than ${credentials.accountId}`,
          'Log in again with `holdfast login`.',
        );
  } catch (error) {
    if (!(error instanceof RelayRequestError) || error.status === null) throw error;
    const refused = error.status === 401 || error.status === 403;
    return refused
      ? fail(
          `the relay refuses the account from ${from} (${error.status})`,
          'Make a token where the relay is (`holdfast account token`), then `holdfast login`.',
        )
      : warn(messageOf(error), 'Whether the account is good is not known.');
  }
}

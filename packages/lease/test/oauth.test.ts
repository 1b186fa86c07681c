import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import * as oauth from 'oauth4webapi';
import { Lease, leasedFetch, type RefreshFailure, type RefreshOutcome } from '../src/index.ts';
import { type ClientCredentialsOptions, clientCredentials } from '../src/oauth.ts';
import { ManualClock, SECOND } from './harness.ts';
import { type LocalServer, listen } from './http-server.ts';

const SECRET = 'a-very-private-client-secret';

function optionsFor(server: LocalServer): ClientCredentialsOptions {
  return {
    server: { issuer: server.origin, token_endpoint: `${server.origin}/oauth/token` },
    client: { client_id: 'job' },
    auth: oauth.ClientSecretPost(SECRET),
  };
}

/** One request to a token endpoint that answers like this. */
async function ask(
  t: TestContext,
  [status, body, headers = {}]: [status: number, body: unknown, headers?: Record<string, string>],
  options: Partial<ClientCredentialsOptions> = {},
): Promise<{ outcome: RefreshOutcome; server: LocalServer }> {
  const server = await listen(t);
  server.answer = (_, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
  const refresh = clientCredentials({ ...optionsFor(server), ...options });
  const outcome = await refresh({ signal: new AbortController().signal, reason: 'required', tried: null });
  return { outcome, server };
}

async function failure(t: TestContext, answer: Parameters<typeof ask>[1]): Promise<RefreshFailure> {
  const { outcome } = await ask(t, answer);
  assert.ok(outcome.kind !== 'success', JSON.stringify(answer));
  return outcome;
}

const GOOD = { access_token: 'token-1', token_type: 'Bearer', expires_in: 3600 };
const DATE = 'Sat, 15 Jun 2030 12:00:00 GMT';

test('it asks for client credentials, and the life counts from the server’s own date', async (t) => {
  const { outcome, server } = await ask(t, [200, GOOD, { date: DATE, 'x-request-id': 'req-1' }], {
    scope: 'read write',
    parameters: { audience: 'https://api.example' },
  });
  assert.ok(outcome.kind === 'success');
  assert.equal(outcome.token, 'token-1');
  assert.equal(outcome.expiresAt, Date.UTC(2030, 5, 15, 13));
  assert.deepEqual([outcome.answer?.requestId, outcome.answer?.date], ['req-1', DATE]);
  const [request] = server.received;
  assert.deepEqual([request?.method, request?.path], ['POST', '/oauth/token']);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request?.body)), {
    audience: 'https://api.example',
    scope: 'read write',
    grant_type: 'client_credentials',
    client_id: 'job',
    client_secret: SECRET,
  });
});

test('the client proves itself in any way that oauth4webapi knows', async (t) => {
  const { server } = await ask(t, [200, GOOD], { auth: oauth.ClientSecretBasic('p:ss') });
  const basic = `Basic ${Buffer.from('job:p%3Ass').toString('base64')}`;
  assert.equal(server.received[0]?.headers.authorization, basic);
  assert.doesNotMatch(server.received[0]?.body ?? '', /client_secret/);
});

test('a life in a string and a token type in any case are taken', async (t) => {
  const { outcome } = await ask(t, [200, { ...GOOD, expires_in: '60', token_type: 'bearer' }, { date: DATE }]);
  assert.ok(outcome.kind === 'success');
  assert.equal(outcome.expiresAt, Date.UTC(2030, 5, 15, 12, 1));
});

test('refused credentials are unauthorized, in each of the ways in which servers say so', async (t) => {
  for (const answer of [
    [401, { error: 'invalid_client' }],
    [400, { error: 'invalid_client' }],
    [401, 'go away', { 'www-authenticate': 'Basic' }],
    [403, {}],
  ] satisfies Parameters<typeof ask>[1][]) {
    const { kind, answer: heard } = await failure(t, answer);
    assert.deepEqual([kind, heard?.status], ['unauthorized', answer[0]]);
  }
});

test('an overloaded server is transient, and its Retry-After is kept', async (t) => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    const { kind, answer } = await failure(t, [status, { error: 'temporarily_unavailable' }, { 'retry-after': '7' }]);
    assert.deepEqual([kind, answer?.status, answer?.retryAfter], ['transient', status, '7']);
  }
});

test('an overloaded server that blames the client is still overloaded', async (t) => {
  assert.equal((await failure(t, [503, { error: 'invalid_client' }])).kind, 'transient');
});

test('a request that the server does not take is invalid, and says which of the registered errors it was', async (t) => {
  for (const code of ['invalid_request', 'invalid_scope', 'unauthorized_client', 'unsupported_grant_type']) {
    const { kind, message } = await failure(t, [400, { error: code, error_description: 'long words' }]);
    assert.equal(kind, 'invalid');
    assert.match(message, new RegExp(`^POST http://127\\.0\\.0\\.1:\\d+/oauth/token was answered with 400: ${code}$`));
  }
});

test('a wrong address is invalid, and is never taken for a client that was forgotten', async (t) => {
  for (const body of ['', '{"message":"no such route"}', '<h1>404</h1>']) {
    assert.equal((await failure(t, [404, body])).kind, 'invalid', body);
  }
  assert.equal((await failure(t, [307, '', { location: '/token' }])).kind, 'invalid');
});

test('a success that is none is invalid, and is not quoted', async (t) => {
  const cases: [body: unknown, why: RegExp][] = [
    ['{"access_token":"token-1"', /not JSON/],
    ['', /not JSON/],
    [null, /no access_token/],
    [[], /no access_token/],
    [{ ...GOOD, access_token: '' }, /no access_token/],
    [{ ...GOOD, access_token: 1 }, /no access_token/],
    [{ ...GOOD, token_type: undefined }, /token_type is not Bearer/],
    [{ ...GOOD, token_type: 'DPoP' }, /token_type is not Bearer/],
    [{ ...GOOD, expires_in: undefined }, /no expires_in/],
    [{ ...GOOD, expires_in: 0 }, /no expires_in/],
    [{ ...GOOD, expires_in: -5 }, /no expires_in/],
    [{ ...GOOD, expires_in: 'soon' }, /no expires_in/],
    [{ ...GOOD, expires_in: null }, /no expires_in/],
  ];
  for (const [body, why] of cases) {
    const outcome = await failure(t, [200, body]);
    assert.equal(outcome.kind, 'invalid');
    assert.match(outcome.message, why);
    assert.doesNotMatch(inspect(outcome), /token-1/);
  }
});

test('a server that repeats the secret, wherever it likes, does not get it into an outcome', async (t) => {
  const echo = { error: SECRET, error_description: SECRET, [SECRET]: SECRET };
  for (const status of [200, 400, 401, 404, 429, 500]) {
    const outcome = await failure(t, [status, echo]);
    assert.doesNotMatch(inspect(outcome, { depth: 10, showHidden: true }), new RegExp(SECRET), `${status}`);
  }
});

test('the request ends with the attempt’s signal', async (t) => {
  const server = await listen(t);
  const arrived = Promise.withResolvers<void>();
  server.answer = () => arrived.resolve();
  const abort = new AbortController();
  const asked = clientCredentials(optionsFor(server))({ signal: abort.signal, reason: 'required', tried: null });
  await arrived.promise;
  abort.abort(new Error('time is up'));
  await assert.rejects(asked, /time is up/);
});

test('the requests go through a fetch of the caller’s', async (t) => {
  const seen: string[] = [];
  const { outcome } = await ask(t, [200, GOOD], {
    fetch: (input, init) => {
      seen.push(`${init?.method} ${init?.redirect}`);
      return fetch(input, init);
    },
  });
  assert.equal(outcome.kind, 'success');
  assert.deepEqual(seen, ['POST manual']);
});

test('an endpoint that is none, or would show the secret to the network, is refused when the refresh is made', () => {
  const make = (token_endpoint: string | undefined) => () =>
    clientCredentials({
      server: { issuer: 'https://auth.example', ...(token_endpoint === undefined ? {} : { token_endpoint }) },
      client: { client_id: 'job' },
      auth: oauth.ClientSecretPost(SECRET),
    });
  for (const endpoint of [undefined, '', '/token']) assert.throws(make(endpoint), { message: /is not a URL/ });
  for (const endpoint of ['http://auth.example/token', 'http://127.0.0.1.evil.example/token', 'ftp://localhost/']) {
    assert.throws(make(endpoint), { name: 'TypeError', message: /goes over https only/ }, endpoint);
  }
  for (const endpoint of ['https://auth.example/token', 'http://localhost:8080/token', 'http://[::1]/token'])
    make(endpoint)();
});

test('a lease over a real token endpoint: overload, a token, an API that refuses it, the next token', async (t) => {
  const auth = await listen(t);
  const clock = new ManualClock(Date.UTC(2030, 5, 15, 12));
  const date = () => new Date(clock.wall()).toUTCString();
  auth.answer = (_, response) => void response.writeHead(429, { date: date(), 'retry-after': '30' }).end();
  const refresh = clientCredentials({ ...optionsFor(auth), clock });
  const lease = new Lease({ name: 'API token', refresh, clock, random: () => 0 });
  t.after(() => lease.close());
  const retryAt = clock.wall() + 30 * SECOND;
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT', status: 429, retryAt });
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_DEFERRED', retryAt });
  assert.equal(auth.received.length, 1);

  await clock.advance(30 * SECOND);
  auth.answer = (_, response) => {
    const body = JSON.stringify({ ...GOOD, access_token: `token-${auth.received.length}` });
    response.writeHead(200, { date: date() }).end(body);
  };
  const api = await listen(t);
  const valid = new Set(['Bearer token-2']);
  api.answer = ({ headers }, response) => {
    response.writeHead(valid.has(headers.authorization ?? '') ? 200 : 401).end(headers.authorization);
  };
  const call = leasedFetch(lease, { origins: [api.origin] });
  assert.equal(await (await call(api.origin)).text(), 'Bearer token-2');
  // Revoked, though not expired.
  await clock.advance(20 * SECOND);
  valid.clear();
  valid.add('Bearer token-3');
  assert.equal(await (await call(api.origin)).text(), 'Bearer token-3');
  assert.equal(auth.received.length, 3);
});

test('a client whose secret was refused is not asked about again until it changes', async (t) => {
  const auth = await listen(t);
  let secret = 'old';
  auth.answer = ({ body }, response) => {
    const known = new URLSearchParams(body).get('client_secret') === 'new';
    response.writeHead(known ? 200 : 401).end(JSON.stringify(known ? GOOD : { error: 'invalid_client' }));
  };
  const lease = new Lease({
    refresh: (attempt) => clientCredentials({ ...optionsFor(auth), auth: oauth.ClientSecretPost(secret) })(attempt),
  });
  t.after(() => lease.close());
  for (let call = 0; call < 5; call += 1) {
    await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_UNAUTHORIZED', status: 401, message: /invalid_client/ });
  }
  assert.equal(auth.received.length, 1);
  secret = 'new';
  lease.credentialsChanged();
  assert.equal((await lease.acquire()).token, 'token-1');
});

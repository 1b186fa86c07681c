import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { type HttpRefreshOptions, httpRefresh, Lease, type RefreshFailure, type RefreshOutcome } from '../src/index.ts';
import { ManualClock, SECOND, settle } from './harness.ts';

let answer: RequestListener = (_, response) => response.end();
let server: Server;
let url: string;

function portOf(listening: Server): number {
  const address = listening.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

before(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${portOf(server)}/refresh`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const EXPIRY = Date.UTC(2031, 0, 1);

function adapter(options: Partial<HttpRefreshOptions> = {}) {
  return httpRefresh({
    name: 'POST /refresh',
    request: ({ signal }) => fetch(url, { method: 'POST', redirect: 'manual', signal }),
    parse: (body) => {
      if (typeof body !== 'object' || body === null || !('token' in body)) throw new Error('it has no token');
      if ('id' in body && body.id !== 'mine') throw new Error('it is for another client');
      return { token: String(body.token), expiresAt: EXPIRY };
    },
    ...options,
  });
}

function ask(
  options: Partial<HttpRefreshOptions> = {},
  signal = new AbortController().signal,
): Promise<RefreshOutcome> {
  return adapter(options)({ signal, reason: 'required', tried: null });
}

function reply(status: number, body = '', headers: Record<string, string> = {}): RequestListener {
  return (_, response) => response.writeHead(status, headers).end(body);
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function failure(listener: RequestListener, options: Partial<HttpRefreshOptions> = {}): Promise<RefreshFailure> {
  answer = listener;
  const outcome = await ask(options);
  assert.ok(outcome.kind !== 'success');
  return outcome;
}

test('a well formed 200 is a success with what its headers say', async () => {
  answer = reply(200, '{"token":"secret","id":"mine"}', {
    'x-request-id': 'req-7',
    date: 'Sat, 15 Jun 2030 12:00:00 GMT',
  });
  const clock = new ManualClock();
  const receivedAt = { wall: clock.wall(), monotonic: clock.monotonic() };
  assert.deepEqual(await ask({ clock }), {
    kind: 'success',
    token: 'secret',
    expiresAt: EXPIRY,
    answer: { status: 200, requestId: 'req-7', retryAfter: null, date: 'Sat, 15 Jun 2030 12:00:00 GMT', receivedAt },
  });
});

test('every status has its kind', async () => {
  const kinds: Record<string, number[]> = {
    transient: [408, 425, 429, 500, 502, 503, 504, 520, 599],
    unauthorized: [401, 403],
    invalid: [301, 302, 303, 307, 308, 400, 402, 405, 409, 410, 418, 422, 451],
  };
  for (const [kind, statuses] of Object.entries(kinds)) {
    for (const status of statuses) {
      const outcome = await failure(reply(status, '{}', { ...JSON_TYPE, location: '/elsewhere', 'retry-after': '5' }));
      assert.equal(outcome.kind, kind, `${status}`);
      assert.equal(outcome.answer?.status, status);
      assert.equal(outcome.answer?.retryAfter, '5');
      assert.equal(outcome.message, `POST /refresh was answered with ${status}`);
    }
  }
});

test('a redirect that the request followed is invalid', async () => {
  const listener: RequestListener = ({ url: path }, response) => {
    if (path === '/refresh') response.writeHead(307, { location: '/elsewhere' }).end();
    else response.end('{"token":"secret"}');
  };
  const outcome = await failure(listener, { request: ({ signal }) => fetch(url, { method: 'POST', signal }) });
  assert.equal(outcome.kind, 'invalid');
  assert.match(outcome.message, /followed a redirect/);
});

test('a 404 with JSON or nothing in it comes from the authority', async () => {
  for (const [body, headers] of [
    ['{"detail":"not found"}', JSON_TYPE],
    ['{"detail":"not found"}', {}],
    ['[]', JSON_TYPE],
    ['', {}],
    [' \n', JSON_TYPE],
  ] as const) {
    assert.equal((await failure(reply(404, body, headers))).kind, 'gone', body);
  }
});

test('a 404 with a page in it comes from a gateway and says nothing about the client', async () => {
  for (const [body, headers] of [
    ['<html><h1>404</h1></html>', { 'content-type': 'text/html; charset=utf-8' }],
    ['<html><h1>404</h1></html>', {}],
    ['', { 'content-type': 'text/html' }],
    ['{}', { 'content-type': 'application/xhtml+xml' }],
    ['404 page not found\n', { 'content-type': 'text/plain' }],
    ['404', { 'content-type': 'text/plain' }],
    ['{"detail":', JSON_TYPE],
  ] as const) {
    const outcome = await failure(reply(404, body, headers));
    assert.equal(outcome.kind, 'invalid', body);
    assert.match(outcome.message, /not by the authority/);
  }
});

test('a 200 that is no JSON, lacks the token, or is for somebody else is invalid, and its body is not quoted', async () => {
  const cases: [body: string, why: RegExp][] = [
    ['{"token":"secret"', /the body is not JSON/],
    ['', /the body is not JSON/],
    ['secret', /the body is not JSON/],
    ['null', /it has no token/],
    ['{}', /it has no token/],
    ['{"token":"secret","id":"yours"}', /it is for another client/],
  ];
  for (const [body, why] of cases) {
    const { kind, message, cause } = await failure(reply(200, body));
    assert.equal(kind, 'invalid', body);
    assert.match(message, why);
    assert.doesNotMatch(message + String(cause), /secret/);
  }
});

test('a body larger than the limit is invalid, and is not read to its end', async () => {
  const closed = Promise.withResolvers<void>();
  const listener: RequestListener = (_, response) => {
    response.on('close', () => closed.resolve());
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  const outcome = await failure(listener, { maxBodyBytes: 100_000 });
  assert.equal(outcome.kind, 'invalid');
  assert.match(outcome.message, /larger than 100000 bytes/);
  await closed.promise;
});

test('a body that breaks off is transient', async () => {
  const outcome = await failure((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"token":', () => response.destroy());
  });
  assert.equal(outcome.kind, 'transient');
  assert.equal(outcome.answer?.status, 200);
});

test('a body that stalls is transient once the time is up, for a success and for a 404', async () => {
  for (const status of [200, 404]) {
    const abort = new AbortController();
    answer = (_, response) => response.writeHead(status).write('{');
    const request: HttpRefreshOptions['request'] = async ({ signal }) => {
      const response = await fetch(url, { method: 'POST', signal });
      setImmediate(() => abort.abort(new Error('time is up')));
      return response;
    };
    const outcome = await ask({ request }, abort.signal);
    assert.equal(outcome.kind, 'transient', `${status}`);
  }
});

test('a failure whose body stalls is what its status says, at once', async () => {
  const outcome = await failure((_, response) => {
    response.writeHead(401, { 'content-length': '100' }).write('{');
  });
  assert.equal(outcome.kind, 'unauthorized');
});

test('the start of a failure is shown as the caller allows, and waited for no longer than a second', async () => {
  const clock = new ManualClock();
  const preview = (body: string) => body.replaceAll('secret', '[redacted]');
  const whole = await failure(reply(503, `overloaded, secret ${'x'.repeat(10_000)}`), { preview, clock });
  assert.match(whole.message, /^POST \/refresh was answered with 503: overloaded, \[redacted\] x+$/);
  assert.ok(whole.message.length < 4_200);
  answer = (_, response) => {
    response.writeHead(503, { 'content-length': '100' }).write('overloaded');
  };
  const stalled = ask({ preview, clock });
  while (clock.timers === 0) await settle();
  await clock.advance(SECOND);
  const outcome = await stalled;
  assert.ok(outcome.kind === 'transient');
  assert.match(outcome.message, /was answered with 503/);
  assert.equal(clock.timers, 0);
});

test('the request id is the first of three headers that is there, without what could deface a terminal', async () => {
  const id = async (headers: Record<string, string>) => (await failure(reply(503, '', headers))).answer?.requestId;
  assert.equal(await id({ 'cf-ray': 'c' }), 'c');
  assert.equal(await id({ 'cf-ray': 'c', 'x-oai-request-id': 'b' }), 'b');
  assert.equal(await id({ 'cf-ray': 'c', 'x-oai-request-id': 'b', 'x-request-id': 'a' }), 'a');
  assert.equal(await id({ 'x-request-id': `a\u00a0\u0085b${'c'.repeat(500)}` }), `ab${'c'.repeat(126)}`);
  assert.equal(await id({}), null);
});

test('an authority that tells a life is measured by its own clock', async () => {
  answer = reply(200, '{"token":"secret","expires_in":60}', { date: 'Sat, 15 Jun 2030 12:00:00 GMT' });
  const outcome = await ask({ parse: (_, { serverNow }) => ({ token: 'secret', expiresAt: serverNow + 60_000 }) });
  assert.ok(outcome.kind === 'success');
  assert.equal(outcome.expiresAt, Date.UTC(2030, 5, 15, 12, 1, 0));
});

test('a lease over a real server: refused connection, then a token', async () => {
  const clock = new ManualClock(Date.UTC(2030, 11, 31, 23));
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  let target = `http://127.0.0.1:${portOf(closed)}/`;
  await new Promise((resolve) => closed.close(resolve));
  const refresh = adapter({
    clock,
    request: ({ signal }) => fetch(target, { method: 'POST', redirect: 'manual', signal }),
  });
  const lease = new Lease({ refresh, clock });
  await assert.rejects(lease.acquire(), { code: 'ERR_LEASE_TRANSIENT', message: /ECONNREFUSED/ });
  await clock.advance(36 * SECOND);
  target = url;
  const date = new Date(clock.wall()).toUTCString();
  answer = reply(200, '{"token":"secret"}', { date });
  assert.equal((await lease.acquire()).token, 'secret');
  lease.close();
});

test('a limit out of range is refused when the adapter is made', () => {
  assert.throws(() => adapter({ maxBodyBytes: 0 }), { name: 'RangeError', message: /maxBodyBytes is 0/ });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LeasedFetchOptions, leasedFetch } from '../src/index.ts';
import { api, refuse, withOldToken } from './fetch-harness.ts';
import { MINUTE, settle, setup } from './harness.ts';
import { listen } from './http-server.ts';

test('the token is added, and what the caller wrote is sent as it is', async (t) => {
  const { call, server } = await api(t);
  server.answer = (_, response) => void response.writeHead(201, { 'x-answer': 'yes' }).end('made');
  const response = await call(`${server.origin}/things?a=1`, {
    method: 'PUT',
    headers: { 'x-mine': 'kept', authorization: 'Basic of-the-caller' },
    body: 'content',
  });
  assert.deepEqual([response.status, response.headers.get('x-answer'), await response.text()], [201, 'yes', 'made']);
  const [request] = server.received;
  assert.deepEqual([request?.method, request?.path, request?.body], ['PUT', '/things?a=1', 'content']);
  assert.deepEqual([request?.headers['x-mine'], request?.headers.authorization], ['kept', 'Bearer secret-1']);
});

test('header and scheme are the caller’s choice, and an empty scheme leaves the token alone', async (t) => {
  const { call, server } = await api(t, { header: 'x-api-key', scheme: '' });
  await call(server.origin);
  assert.equal(server.received[0]?.headers['x-api-key'], 'secret-1');
  assert.equal(server.received[0]?.headers.authorization, undefined);
});

test('a refused token is rejected, and the request is sent once more with the next', async (t) => {
  const context = await api(t);
  await withOldToken(context);
  refuse(context.server, 'secret-1');
  const response = await context.call(`${context.server.origin}/`, { method: 'POST', body: 'hello' });
  assert.equal(await response.text(), 'Bearer secret-2 hello');
  assert.equal(context.authority.requests, 2);
});

test('twenty refusals at once cause one refresh', async (t) => {
  const context = await api(t);
  await withOldToken(context);
  refuse(context.server, 'secret-1');
  const calls = Array.from({ length: 20 }, () => context.call(context.server.origin));
  const answers = await Promise.all(calls.map(async (call) => (await call).text()));
  assert.deepEqual(new Set(answers), new Set(['Bearer secret-2 ']));
  assert.equal(context.authority.requests, 2);
});

test('a second refusal goes to the caller, with its body, and is not tried a third time', async (t) => {
  const context = await api(t);
  await withOldToken(context);
  refuse(context.server, 'secret-1', 'secret-2');
  const response = await context.call(context.server.origin);
  assert.deepEqual([response.status, await response.text()], [401, 'who are you?']);
  assert.equal(context.server.received.length, 2);
  assert.equal(context.lease.peek()?.token, 'secret-2');
});

test('each try has headers of its own', async (t) => {
  const seen: RequestInit['headers'][] = [];
  const context = await api(t, {
    fetch: async (_, init) => {
      seen.push(init?.headers);
      return new Response(null, { status: seen.length === 1 ? 401 : 200 });
    },
  });
  await withOldToken(context);
  await context.call(context.server.origin);
  const sent = seen.map((headers) => new Headers(headers).get('authorization'));
  assert.deepEqual(sent, ['Bearer secret-1', 'Bearer secret-2']);
});

test('which statuses refuse a token is the caller’s choice', async (t) => {
  const context = await api(t, { retryOn: [403] });
  await withOldToken(context);
  context.server.answer = (_, response) => void response.writeHead(401).end();
  assert.equal((await context.call(context.server.origin)).status, 401);
  assert.equal(context.server.received.length, 1);
  context.server.answer = (_, response) => void response.writeHead(403).end();
  assert.equal((await context.call(context.server.origin)).status, 403);
  assert.equal(context.server.received.length, 3);
});

test('the token goes to no origin that is not listed, however it is written', async (t) => {
  const { call, server, authority } = await api(t);
  const other = await listen(t);
  const host = server.origin.slice('http://'.length);
  const elsewhere = [
    other.origin,
    new URL(other.origin),
    new Request(other.origin),
    `https://${host}/`,
    `http://localhost:${new URL(server.origin).port}/`,
    `http://${host.replace(':', '.evil.example:')}/`,
    'data:text/plain,hello',
  ];
  for (const target of elsewhere) {
    await assert.rejects(call(target), {
      name: 'TypeError',
      message: /^The token is not sent to .+ Nothing was sent\.$/,
    });
  }
  // An address with a name in it is refused by fetch itself.
  await assert.rejects(call(`http://${host}@${other.origin.slice('http://'.length)}/`), TypeError);
  assert.deepEqual([other.received.length, server.received.length, authority.requests], [0, 0, 0]);
});

test('what is changed while a token is waited for changes nothing', async (t) => {
  const { call, server } = await api(t);
  const other = await listen(t);
  const url = new URL(server.origin);
  const init = { headers: { 'x-mine': 'before' } };
  const response = call(url, init);
  url.port = new URL(other.origin).port;
  init.headers['x-mine'] = 'after';
  await response;
  assert.equal(server.received[0]?.headers['x-mine'], 'before');
  assert.deepEqual([server.received.length, other.received.length], [1, 0]);
});

test('several origins may be listed, in any spelling', async (t) => {
  const other = await listen(t);
  const origins = [`${other.origin.toUpperCase()}/`, 'https://api.example:443'];
  const seen: string[] = [];
  const { call } = await api(t, {
    origins,
    fetch: async (input) => {
      seen.push(String(input));
      return new Response();
    },
  });
  await call(`${other.origin}/a`);
  await call('https://api.example/b');
  assert.deepEqual(seen, [`${other.origin}/a`, 'https://api.example/b']);
});

test('no redirect is followed, not even to the same origin', async (t) => {
  const { call, server } = await api(t);
  const other = await listen(t);
  for (const location of [`${other.origin}/`, '/elsewhere']) {
    server.answer = (_, response) => void response.writeHead(307, { location }).end();
    for (const redirect of ['follow', 'manual', undefined] as const) {
      const response = await call(`${server.origin}/`, redirect === undefined ? {} : { redirect });
      assert.deepEqual([response.status, response.headers.get('location')], [307, location]);
      await call(new Request(server.origin, redirect === undefined ? {} : { redirect }));
    }
    await assert.rejects(call(`${server.origin}/`, { redirect: 'error' }), TypeError);
  }
  assert.equal(other.received.length, 0);
  assert.ok(server.received.every(({ path }) => path === '/'));
});

test('the caller’s signal ends the wait for a token, and the request', async (t) => {
  for (const asRequest of [false, true]) {
    const { call, server, authority } = await api(t);
    const start = (signal: AbortSignal) =>
      asRequest ? call(new Request(server.origin, { signal })) : call(server.origin, { signal });
    const answerToken = authority.hang();
    const waiting = new AbortController();
    const first = start(waiting.signal);
    await settle();
    waiting.abort(new Error('enough'));
    await assert.rejects(first, /enough/);
    assert.equal(server.received.length, 0);

    answerToken(authority.token());
    const arrived = Promise.withResolvers<void>();
    server.answer = () => arrived.resolve();
    const sending = new AbortController();
    const second = start(sending.signal);
    await arrived.promise;
    sending.abort(new Error('enough'));
    await assert.rejects(second, /enough/);
  }
});

test('without a token nothing is sent, and the lease’s error says when to come back', async (t) => {
  const { call, server, authority } = await api(t);
  authority.fail('transient', 503, '60');
  await assert.rejects(call(server.origin), { code: 'ERR_LEASE_TRANSIENT', status: 503 });
  await assert.rejects(call(server.origin), { code: 'ERR_LEASE_DEFERRED' });
  assert.equal(server.received.length, 0);
});

test('a refusal for which there is no next token ends in the lease’s error', async (t) => {
  const context = await api(t);
  await withOldToken(context);
  refuse(context.server, 'secret-1');
  context.authority.fail('unauthorized', 401);
  await assert.rejects(context.call(context.server.origin), { code: 'ERR_LEASE_UNAUTHORIZED' });
});

test('a token with too little left is renewed before it is sent', async (t) => {
  const context = await api(t, { minValidityMs: 2 * MINUTE });
  context.authority.lifeMs = 6 * MINUTE;
  await context.lease.acquire();
  await context.clock.advance(5 * MINUTE);
  await context.call(context.server.origin);
  assert.equal(context.server.received[0]?.headers.authorization, 'Bearer secret-2');
});

test('a token that no header can hold is not quoted', async (t) => {
  const { call, server, authority } = await api(t);
  authority.next = () => ({ ...authority.token(), token: 'secret\n1' });
  await assert.rejects(call(server.origin), (error: Error) => {
    assert.match(error.message, /^The token has characters that no header can hold/);
    assert.equal(error.cause, undefined);
    return true;
  });
  assert.equal(server.received.length, 0);
});

test('what cannot be right is refused when the fetch is made', () => {
  const { lease } = setup();
  const origins = ['https://api.example'];
  const make = (options: Partial<LeasedFetchOptions>) => () => leasedFetch(lease, { origins, ...options });
  for (const origin of [
    '',
    'api.example',
    'https://api.example/v1',
    'https://u:p@api.example',
    'https://a.example?b',
    'file:///',
    'data:,',
  ]) {
    assert.throws(
      make({ origins: [origin] }),
      { name: 'TypeError', message: /^origins has ".*"; each must be/ },
      origin,
    );
  }
  assert.throws(make({ header: 'a b' }), { name: 'TypeError', message: /^header is "a b"/ });
  assert.throws(make({ scheme: 'two words' }), { name: 'TypeError', message: /^scheme is "two words"/ });
  assert.throws(make({ retryOn: [200] }), {
    name: 'RangeError',
    message: 'retryOn is 200; it must be a number from 400 to 599.',
  });
  assert.throws(make({ minValidityMs: -1 }), { name: 'RangeError', message: /^minValidityMs is -1/ });
});

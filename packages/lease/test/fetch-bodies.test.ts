import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, refuse, withOldToken } from './fetch-harness.ts';

test('every body that can be sent twice is', async (t) => {
  const form = new FormData();
  form.set('field', 'hello');
  const bodies: [what: string, body: NonNullable<RequestInit['body']>][] = [
    ['a string', 'hello'],
    ['bytes', new TextEncoder().encode('hello')],
    ['a buffer', new TextEncoder().encode('hello').buffer],
    ['a blob', new Blob(['hello'])],
    ['a form', form],
    ['parameters', new URLSearchParams({ field: 'hello' })],
  ];
  for (const [what, body] of bodies) {
    const context = await api(t);
    await withOldToken(context);
    refuse(context.server, 'secret-1');
    const response = await context.call(context.server.origin, { method: 'POST', body });
    assert.equal(response.status, 200, what);
    assert.match(context.server.received[1]?.body ?? '', /hello/, what);
  }
});

test('a Request is copied before it is used up, whatever its body is', async (t) => {
  const stream = () => new Blob(['hello']).stream();
  for (const body of ['hello', stream()]) {
    const context = await api(t);
    await withOldToken(context);
    refuse(context.server, 'secret-1');
    const init = { method: 'POST', body, headers: { 'x-mine': 'kept' }, duplex: 'half' } as const;
    const response = await context.call(new Request(context.server.origin, init));
    assert.equal(await response.text(), 'Bearer secret-2 hello');
    assert.equal(context.server.received[1]?.headers['x-mine'], 'kept');
  }
});

test('what is said beside a Request takes the place of what it says', async (t) => {
  const context = await api(t);
  const request = new Request(context.server.origin, { method: 'POST', body: 'old', headers: { 'x-old': 'yes' } });
  await withOldToken(context);
  refuse(context.server, 'secret-1');
  await context.call(request, { method: 'PATCH', body: 'new', headers: { 'x-new': 'yes' } });
  const [, received] = context.server.received;
  assert.deepEqual([received?.method, received?.body], ['PATCH', 'new']);
  assert.deepEqual([received?.headers['x-old'], received?.headers['x-new']], [undefined, 'yes']);
  assert.equal(await request.text(), 'old');
});

test('a stream is sent once: its caller gets the refusal, and the next call the next token', async (t) => {
  async function* generate() {
    yield new TextEncoder().encode('hello');
  }
  for (const body of [new Blob(['hello']).stream(), generate()]) {
    const context = await api(t);
    await withOldToken(context);
    refuse(context.server, 'secret-1');
    const init = { method: 'POST', body, duplex: 'half' } as const;
    const response = await context.call(context.server.origin, init);
    assert.deepEqual([response.status, await response.text()], [401, 'who are you?']);
    assert.equal(context.server.received.length, 1);
    assert.equal((await context.call(context.server.origin)).status, 200);
  }
});

test('a stream of a platform where it is no iterable is a stream too', async (t) => {
  let requests = 0;
  const context = await api(t, {
    fetch: async () => {
      requests += 1;
      return new Response('who are you?', { status: 401 });
    },
  });
  await withOldToken(context);
  // All of it that the wrapper looks at.
  const body = { getReader: () => {} } as unknown as ReadableStream;
  const response = await context.call(context.server.origin, { method: 'POST', body, duplex: 'half' });
  assert.deepEqual([await response.text(), requests], ['who are you?', 1]);
});

test('a copy that was not needed is let go', async (t) => {
  const { call, server } = await api(t);
  let copy: Request | undefined;
  const request = new Request(server.origin, { method: 'POST', body: 'hello' });
  const clone = request.clone.bind(request);
  Object.defineProperty(request, 'clone', {
    value: () => {
      copy = clone();
      return copy;
    },
  });
  await call(request);
  assert.ok(copy?.body);
  assert.equal((await copy.body.getReader().read()).done, true);
});

test('the body of a refusal that is tried again is let go', async (t) => {
  let cancelled = false;
  const context = await api(t, {
    fetch: async () => {
      if (context.server.received.length > 0 || cancelled) return new Response('fine');
      const body = new ReadableStream({
        cancel: () => {
          cancelled = true;
        },
      });
      return new Response(body, { status: 401 });
    },
  });
  await withOldToken(context);
  assert.equal(await (await context.call(context.server.origin)).text(), 'fine');
  assert.equal(cancelled, true);
});

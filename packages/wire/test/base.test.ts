import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint, isLoopbackHost, normalizeBase, socketEndpoint, WireError } from '@holdfast/wire';
import fc from 'fast-check';

test('a base has one form: no trailing slash, a default path, lower-case host, no default port', () => {
  const forms: [string, string][] = [
    ['http://127.0.0.1:7420', 'http://127.0.0.1:7420/backend-api'],
    ['http://127.0.0.1:7420/', 'http://127.0.0.1:7420/backend-api'],
    ['  http://127.0.0.1:7420/backend-api/  ', 'http://127.0.0.1:7420/backend-api'],
    ['HTTPS://Relay.Example:443/a//', 'https://relay.example/a'],
    ['http://[::1]:80', 'http://[::1]/backend-api'],
  ];
  for (const [input, base] of forms) assert.equal(normalizeBase(input), base);
});

test('what is no base is refused with what is wrong', () => {
  const faults: [string, RegExp][] = [
    ['', /is not a URL/],
    ['http://', /is not a URL/],
    ['relay.example', /no scheme; did you mean http:\/\/relay\.example/],
    ['127.0.0.1:7420', /no scheme/],
    ['ftp://relay.example', /not with ftp:\/\//],
    ['ws://relay.example', /not with ws:\/\//],
    ['http://user:pass@relay.example', /no user name or password/],
    ['http://relay.example/?a=1', /no query/],
    ['http://relay.example/#a', /no fragment/],
  ];
  for (const [input, why] of faults) {
    assert.throws(
      () => normalizeBase(input),
      (error: unknown) => error instanceof WireError && error.code === 'ERR_WIRE_URL' && why.test(error.message),
      input,
    );
  }
});

test('a password in a base is not in the error about it', () => {
  for (const input of ['http://u:sesame@h', 'u:sesame@h', 'http://u:sesame@h:port', 'http://h/?token=sesame']) {
    assert.throws(
      () => normalizeBase(input),
      (error: Error) => !error.message.includes('sesame'),
      input,
    );
  }
});

test('any input gives a base that stays as it is, or a WireError', () => {
  const input = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.webUrl().map((url) => url.replace('://', ':')),
  );
  fc.assert(
    fc.property(input, (text) => {
      let base: string;
      try {
        base = normalizeBase(text);
      } catch (error) {
        assert.ok(error instanceof WireError);
        return;
      }
      assert.equal(normalizeBase(base), base);
      assert.equal(new URL(endpoint(base, 'a/b')).pathname.endsWith('/a/b'), true);
      assert.match(socketEndpoint(base, 'a'), /^wss?:\/\//);
    }),
  );
});

test('a websocket address has the security of its base', () => {
  assert.equal(socketEndpoint('http://h/b', 'x'), 'ws://h/b/x');
  assert.equal(socketEndpoint('https://h/b', 'x'), 'wss://h/b/x');
});

test('loopback is this machine and nothing that looks like it', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]']) assert.ok(isLoopbackHost(host), host);
  for (const host of ['localhost.example', '127.0.0.1.example', '128.0.0.1', '::2', ''])
    assert.ok(!isLoopbackHost(host), host);
});

test('a URL that is too long is refused, before or after it was written out', () => {
  for (const long of [`http://host/${'x'.repeat(2_048)}`, `http://host/${'é'.repeat(1_000)}`])
    assert.throws(() => normalizeBase(long), { code: 'ERR_WIRE_URL', message: /at most 2048 characters/ });
});

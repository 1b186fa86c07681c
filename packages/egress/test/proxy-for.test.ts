import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EgressError } from '../src/errors.ts';
import { proxyFor, targetOf } from '../src/proxy-for.ts';
import { parseProxy } from '../src/proxy-server.ts';

function proxyOf(url: string, env: Record<string, string>): string | null {
  return proxyFor(targetOf(new URL(url)), env)?.url ?? null;
}

describe('which proxy', () => {
  const env = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2', ALL_PROXY: 'http://all:3' };

  test('http and ws have one, https and wss the other, and ALL_PROXY serves for either', () => {
    assert.equal(proxyOf('http://relay.test/', env), 'http://plain:1');
    assert.equal(proxyOf('ws://relay.test/', env), 'http://plain:1');
    assert.equal(proxyOf('https://relay.test/', env), 'http://secure:2');
    assert.equal(proxyOf('wss://relay.test/', env), 'http://secure:2');
    assert.equal(proxyOf('wss://relay.test/', { ALL_PROXY: 'http://all:3' }), 'http://all:3');
    assert.equal(proxyOf('https://relay.test/', { HTTP_PROXY: 'http://plain:1' }), null);
    assert.equal(proxyOf('https://relay.test/', {}), null);
  });

  test('lower case comes before upper, and what is empty is not set', () => {
    assert.equal(proxyOf('https://relay.test/', { ...env, https_proxy: 'http://lower:4' }), 'http://lower:4');
    assert.equal(proxyOf('https://relay.test/', { ...env, https_proxy: ' ' }), 'http://secure:2');
    assert.equal(proxyOf('https://relay.test/', { ...env, no_proxy: 'other.test', NO_PROXY: '*' }), 'http://secure:2');
  });

  test('NO_PROXY goes before all, by the port that the scheme means', () => {
    assert.equal(proxyOf('wss://relay.test/', { ...env, NO_PROXY: 'relay.test:443' }), null);
    assert.equal(proxyOf('https://relay.test/', { ALL_PROXY: 'nonsense://', NO_PROXY: 'relay.test' }), null);
    assert.equal(proxyOf('https://[2001:db8::1]/', { ...env, NO_PROXY: '2001:db8::/32' }), null);
    assert.equal(proxyOf('http://127.0.0.1:7420/', env), null);
  });
});

describe('what a variable holds', () => {
  test('a scheme and a port are not needed, and user and password are taken apart from what is shown', () => {
    const proxy = parseProxy('me:p%40ss%3Aword@proxy.test:3128', 'HTTPS_PROXY');
    assert.deepEqual(
      [proxy.url, proxy.host, proxy.port, proxy.secure],
      ['http://proxy.test:3128', 'proxy.test', 3128, false],
    );
    assert.equal(proxy.authorization, `Basic ${Buffer.from('me:p@ss:word').toString('base64')}`);
    assert.equal(parseProxy('proxy.test', 'HTTPS_PROXY').port, 80);
    const secure = parseProxy('https://[2001:db8::1]', 'HTTPS_PROXY');
    assert.deepEqual([secure.host, secure.port, secure.secure, secure.authorization], ['2001:db8::1', 443, true, null]);
  });

  const wrong: [string, RegExp][] = [
    ['http://', /looks like http:\/\/proxy/],
    ['http://me:secret@', /looks like http:\/\/proxy/],
    ['socks5h://me:secret@127.0.0.1:1080', /SOCKS proxy \(socks5h:\/\/127\.0\.0\.1:1080\).*NO_PROXY/],
    ['ftp://me:secret@proxy.test', /by ftp:\/\//],
    ['http://me:secret%@proxy.test', /%25/],
  ];
  for (const [text, words] of wrong) {
    test(`${text} is refused by a sentence that holds no password`, () => {
      assert.throws(
        () => parseProxy(text, 'ALL_PROXY'),
        (error) => {
          assert.ok(error instanceof EgressError);
          assert.match(error.message, /ALL_PROXY/);
          assert.match(error.message, words);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goesDirect } from '../src/no-proxy.ts';

const relay = { host: 'relay.example.org', port: 443 };

function direct(noProxy: string, host: string, port = 443): boolean {
  return goesDirect({ host, port }, noProxy);
}

test('a name means itself and what is below it, with or without a dot or star before it', () => {
  for (const entry of ['example.org', '.example.org', '*.example.org', 'EXAMPLE.org', 'example.org.']) {
    assert.equal(goesDirect(relay, entry), true, entry);
    assert.equal(direct(entry, 'example.org.'), true, entry);
    assert.equal(direct(entry, 'badexample.org'), false, entry);
    assert.equal(direct(entry, 'example.org.evil.test'), false, entry);
  }
});

test('entries are parted by commas or spaces, and a star means everything', () => {
  assert.equal(goesDirect(relay, 'a.test, ,b.test relay.example.org'), true);
  assert.equal(goesDirect(relay, 'a.test,*'), true);
  assert.equal(goesDirect(relay, ''), false);
  assert.equal(goesDirect(relay, ',. *.'), false);
});

test('a port after an entry means that port alone', () => {
  assert.equal(goesDirect(relay, 'relay.example.org:443'), true);
  assert.equal(goesDirect(relay, 'relay.example.org:8443'), false);
  assert.equal(direct('[2001:db8::1]:443', '2001:db8::1'), true);
  assert.equal(direct('[2001:db8::1]:80', '2001:db8::1'), false);
  assert.equal(direct('10.0.0.1:443', '10.0.0.1'), true);
  assert.equal(direct('10.0.0.1:80', '10.0.0.1'), false);
});

test('addresses and blocks are compared as numbers, and with addresses alone', () => {
  assert.equal(direct('10.0.0.0/8', '10.200.3.4'), true);
  assert.equal(direct('10.0.0.0/8', '11.0.0.1'), false);
  assert.equal(direct('fd00::/8', 'fdab::1'), true);
  assert.equal(direct('2001:db8:0::1', '2001:db8::1'), true);
  assert.equal(direct('10.0.0.0/8', 'ten.example.org'), false);
  assert.equal(direct('10.0.0.0/33,10.0.0.0/99,nonsense/8', '10.0.0.1'), false);
});

test('loopback is never proxied, unless <-loopback> asks for it', () => {
  for (const host of ['localhost', 'relay.localhost', '127.0.0.1', '127.9.9.9', '::1']) {
    assert.equal(direct('', host), true, host);
    assert.equal(direct('<-loopback>', host), false, host);
  }
  assert.equal(direct('<-loopback>,localhost', 'localhost'), true);
  assert.equal(direct('', 'localhost.example.org'), false);
});

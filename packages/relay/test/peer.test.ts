import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { AddressLimits } from '../src/entrance/address-limits.ts';
import { OwnNames } from '../src/entrance/own-names.ts';
import { networkOf, peerOf } from '../src/entrance/peer.ts';

const asked = (remoteAddress: string, forwarded?: string, proto?: string) => ({
  socket: { remoteAddress },
  headers: {
    ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
    ...(proto === undefined ? {} : { 'x-forwarded-proto': proto }),
  },
});

test('who asks is whom the socket knows, whatever a header says', () => {
  assert.deepEqual(peerOf(asked('203.0.113.7', '1.2.3.4', 'https'), 0), { address: '203.0.113.7', scheme: 'http' });
  assert.equal(peerOf(asked('::ffff:203.0.113.7'), 0).address, '203.0.113.7');
});

test('behind so many proxies it is whom the outermost of them was asked by, and not what was written before', () => {
  const forged = '10.9.9.9, 198.51.100.2';
  assert.deepEqual(peerOf(asked('127.0.0.1', forged, 'https'), 1), { address: '198.51.100.2', scheme: 'https' });
  assert.equal(peerOf(asked('127.0.0.1', `${forged}, 10.0.0.1`), 2).address, '198.51.100.2');
  assert.equal(peerOf(asked('127.0.0.1', '[2001:db8::7]:4711'), 1).address, '2001:db8::7');
  assert.equal(peerOf(asked('127.0.0.1', '198.51.100.2:4711'), 1).address, '198.51.100.2');
});

test('a forwarded address that is none, or from fewer proxies than there should be, is not believed', () => {
  for (const header of ['', 'localhost', '<script>', '1.2.3', '198.51.100.2, unknown']) {
    assert.equal(peerOf(asked('127.0.0.1', header), 1).address, '127.0.0.1', header);
  }
  assert.equal(peerOf(asked('127.0.0.1', '198.51.100.2'), 2).address, '127.0.0.1');
});

test('of IPv6 a /64 counts as one address, however it is written', () => {
  const same = ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:0db8:0001:0002::ffff'];
  assert.deepEqual(new Set(same.map(networkOf)), new Set(['2001:db8:1:2::/64']));
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64');
  assert.equal(networkOf('2001::2:3:4:5:6:7'), '2001:0:2:3::/64');
  assert.equal(networkOf('::f:1:f:1.2.3.4'), '0:0:0:f::/64');
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7');
});

test('the relay answers to loopback, to where it listens and to its public name, and to no other', () => {
  const names = new OwnNames({ listenHost: '192.0.2.1', publicUrl: 'https://relay.example.org' });
  for (const own of [
    'localhost:7420',
    '127.0.0.1:1',
    '[::1]:7420',
    '192.0.2.1:7420',
    'relay.example.org',
    'RELAY.example.org:443',
  ]) {
    assert.ok(names.isOwn(own), own);
  }
  for (const other of ['evil.example', 'localhost.evil.example:7420', '192.0.2.2', '', 'a b', undefined]) {
    assert.ok(!names.isOwn(other), String(other));
  }
  const everywhere = new OwnNames({ listenHost: '0.0.0.0', publicUrl: null });
  assert.ok(everywhere.isOwn('192.0.2.9:7420'));
  assert.ok(!everywhere.isOwn('box.example:7420'));
});

test("an origin is the relay's own when it is its public one, or has the host that was called", () => {
  const names = new OwnNames({ listenHost: '127.0.0.1', publicUrl: 'https://relay.example.org' });
  assert.ok(names.isOwnOrigin('https://relay.example.org', '127.0.0.1:7420'));
  assert.ok(names.isOwnOrigin('http://localhost:7420', 'localhost:7420'));
  for (const other of ['http://localhost:3000', 'https://evil.example', 'null', 'file://', 'ws://localhost:7420']) {
    assert.ok(!names.isOwnOrigin(other, 'localhost:7420'), other);
  }
});

test('an address has so many requests in a minute, and is told when the next one may come', () => {
  const clock = new ManualClock();
  const limits = new AddressLimits({ clock, connections: 1, requestsPerMinute: 60 });
  for (let n = 0; n < 60; n += 1) assert.equal(limits.request('203.0.113.7'), 0);
  const wait = limits.request('203.0.113.7');
  assert.ok(wait > 0 && wait <= 1_000);
  assert.equal(limits.request('203.0.113.8'), 0);
  clock.block(wait);
  assert.equal(limits.request('203.0.113.7'), 0);
  assert.ok(limits.request('203.0.113.7') > 0);
});

test('an address has so many connections at once, of IPv6 all of a /64; loopback as many as there are', () => {
  const limits = new AddressLimits({ clock: new ManualClock(), connections: 2, requestsPerMinute: 1 });
  const [first, second] = [limits.connect('2001:db8::1'), limits.connect('2001:db8::2')];
  assert.ok(first !== null && second !== null);
  assert.equal(limits.connect('2001:db8::3'), null);
  first();
  first();
  assert.notEqual(limits.connect('2001:db8::3'), null);
  assert.equal(limits.connect('2001:db8::4'), null);
  for (let n = 0; n < 10; n += 1) {
    assert.notEqual(limits.connect('127.0.0.1'), null);
    assert.equal(limits.request('127.0.0.1'), 0);
  }
});

import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { normalizeBase, WireError } from '@holdfast/wire';
import { parseRetryAfter as controllerRetryAfter } from '../../../packages/controller/src/retry-after.ts';
import { parseHttpDate } from '../../../packages/lease/src/http-date.ts';
import { parseRetryAfter as leaseRetryAfter, serverTime } from '../../../packages/lease/src/retry-after.ts';
import { Cursors } from '../../../packages/relay/src/cursors.ts';
import { OwnNames } from '../../../packages/relay/src/entrance/own-names.ts';
import { networkOf, peerOf } from '../../../packages/relay/src/entrance/peer.ts';
import { bearerOf } from '../../../packages/relay/src/http/credentials.ts';
import { formatMadePlace, parseMadePlace, parseRowPlace } from '../../../packages/relay/src/paging.ts';
import { parsed, type Target } from '../target.ts';

const NOW = Date.UTC(2030, 5, 1, 12);
const IMF = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const retryAfter: Target = {
  name: 'Retry-After',
  seeds: [
    '120',
    '0',
    'Sat, 01 Jun 2030 12:01:00 GMT',
    'Saturday, 01-Jun-30 12:01:00 GMT',
    'Sat Jun  1 12:01:00 2030',
    '99999999999',
  ],
  check: (input, random) => {
    const date = random.pick([null, 'Sat, 01 Jun 2030 12:00:00 GMT', 'garbage', input]);
    const wait = leaseRetryAfter(input, date, NOW);
    assert.ok(wait === null || (Number.isSafeInteger(wait) && wait > 0));
    const other = controllerRetryAfter(input, serverTime(date, NOW));
    assert.ok(other === null || other > 0);
    if (/^\s*\d{1,12}\s*$/.test(input)) assert.equal(other, wait, 'hosts and controllers read it alike');
    const moment = parseHttpDate(input, NOW);
    if (moment !== null && IMF.test(input) && !input.includes(':60 ')) assert.equal(moment, Date.parse(input));
  },
};

const bearer: Target = {
  name: 'bearer token',
  seeds: ['Bearer hfa_abc', 'bearer   x', `Bearer ${'t'.repeat(300)}`],
  check: (input) => {
    const token = bearerOf(input);
    if (token !== null) assert.ok(/^[\x21-\x7e]{1,8192}$/.test(token) && input.endsWith(token));
  },
};

const cursors: Target = {
  name: 'cursors and pages',
  seeds: ['deadbeef-12', 'deadbeef-0', '1700000000000.srv_0a1b', '17', 'other-3'],
  check: (input, random) => {
    const last = random.between(0, 20);
    const cursor = new Cursors('deadbeef').parse(input, last);
    assert.ok(cursor === null || (Number.isInteger(cursor) && cursor >= 0 && cursor <= last));
    const made = parseMadePlace(input);
    if (made !== null) assert.deepEqual(parseMadePlace(formatMadePlace(made)), made);
    const row = parseRowPlace(input);
    assert.ok(row === null || Number.isSafeInteger(row));
  },
};

const base: Target = {
  name: 'base URL',
  seeds: [
    'http://127.0.0.1:7420',
    'https://relay.example.org/backend-api/',
    'relay.example.org',
    'http://[::1]:7420/x',
    'http://user:CANARY@host/',
  ],
  check: (input) => {
    const read = parsed(
      () => normalizeBase(input),
      (error) => {
        assert.ok(
          !(error instanceof WireError) || !/CANARY/.test(input) || !/[@?].*CANARY|CANARY.*@/.test(error.message),
          'no secret',
        );
        return error instanceof WireError && error.code === 'ERR_WIRE_URL';
      },
    );
    if (read === undefined) return;
    assert.match(read.value, /^https?:\/\/[^/?#@]+\/[^?#]*[^/?#]$/);
    assert.equal(normalizeBase(read.value), read.value, 'what is normalized stays as it is');
  },
};

const forwarded: Target = {
  name: 'X-Forwarded-For',
  seeds: ['203.0.113.7', '10.0.0.1, 203.0.113.7', '[2001:db8::1]:443, ::ffff:1.2.3.4', '2001:db8::7%eth0', 'unknown'],
  check: (input, random) => {
    const trusted = random.between(1, 3);
    const asked = (header: string) => ({
      headers: { 'x-forwarded-for': header },
      socket: { remoteAddress: '192.0.2.9' },
    });
    assert.equal(peerOf(asked(input), 0).address, '192.0.2.9', 'without a proxy the header counts for nothing');
    const { address } = peerOf(asked(input), trusted);
    assert.ok(isIP(address) !== 0);
    if (input.split(',').length >= trusted)
      assert.equal(
        peerOf(asked(`6.6.6.6, ${input}`), trusted).address,
        address,
        'what stands before counts for nothing',
      );
    const network = networkOf(address);
    if (isIP(address) === 6) assert.equal(network, referenceNetwork(address));
    else assert.equal(network, address);
  },
};

/** The first four groups, by the platform's own reading of the address. */
function referenceNetwork(address: string): string {
  const zoneless = address.split('%', 1).join('');
  const [head = '', tail] = new URL(`http://[${zoneless}]`).hostname.slice(1, -1).split('::', 2);
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}

const OWN = new OwnNames({ listenHost: '192.0.2.1', publicUrl: 'https://relay.example.org' });

const host: Target = {
  name: 'Host and Origin',
  seeds: [
    'localhost:7420',
    '127.0.0.1',
    '[::1]:7420',
    'relay.example.org',
    '192.0.2.1:1',
    'evil.example',
    'https://relay.example.org',
  ],
  weight: 2,
  check: (input) => {
    if (OWN.isOwn(input)) {
      const name = input.toLowerCase().replace(/:\d*$/, '');
      // an address may be written in many ways; a name in one
      assert.match(
        name,
        /^(localhost|[\dxa-f.]+|\[[\d:]+\]|relay\.example\.org)$/,
        'a name of its own, as it is written',
      );
    }
    for (const called of ['localhost:7420', 'relay.example.org', input]) {
      if (!OWN.isOwnOrigin(input, called)) continue;
      assert.equal(new URL(input).origin, input, 'an origin as browsers write it');
      assert.match(input, /^https?:/);
    }
    assert.ok(OWN.originFor(input, 'http').length <= 256);
  },
};

export const httpTargets: readonly Target[] = [retryAfter, bearer, cursors, base, forwarded, host];

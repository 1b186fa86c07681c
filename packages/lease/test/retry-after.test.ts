import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHttpDate } from '../src/http-date.ts';
import { parseRetryAfter } from '../src/retry-after.ts';

const NOW = Date.UTC(2030, 5, 15, 12, 0, 0);

test('seconds are digits and nothing else', () => {
  assert.equal(parseRetryAfter('120', null, NOW), 120_000);
  assert.equal(parseRetryAfter(' 7 ', null, NOW), 7_000);
  for (const text of ['-5', '+5', '1.5', '1e3', '0x10', '5s', '5, 6', '١٢', '', ' ', 'soon', 'NaN', 'Infinity']) {
    assert.equal(parseRetryAfter(text, null, NOW), null, text);
  }
});

test('zero, and more than a number holds, are no answer', () => {
  assert.equal(parseRetryAfter('0', null, NOW), null);
  assert.equal(parseRetryAfter('000', null, NOW), null);
  assert.equal(parseRetryAfter('9'.repeat(400), null, NOW), null);
  assert.equal(parseRetryAfter('9007199254740993', null, NOW), null);
  assert.equal(parseRetryAfter('99999999999', null, NOW), 99_999_999_999_000);
});

test('all three forms of an HTTP date mean the same moment', () => {
  const date = 'Sat, 15 Jun 2030 12:00:00 GMT';
  for (const text of [
    'Sat, 15 Jun 2030 12:01:30 GMT',
    'Saturday, 15-Jun-30 12:01:30 GMT',
    'Sat Jun 15 12:01:30 2030',
  ]) {
    assert.equal(parseRetryAfter(text, date, NOW), 90_000, text);
  }
});

test('a date is measured against the date of the response, whatever the local clock says', () => {
  const date = 'Sat, 15 Jun 2030 12:00:00 GMT';
  const retryAfter = 'Sat, 15 Jun 2030 12:02:00 GMT';
  for (const skew of [-31_536_000_000, -60_000, 60_000, 31_536_000_000]) {
    assert.equal(parseRetryAfter(retryAfter, date, NOW + skew), 120_000, `local clock off by ${skew} ms`);
  }
});

test('without a readable date of the response, the local clock has to do', () => {
  const retryAfter = 'Sat, 15 Jun 2030 12:02:00 GMT';
  assert.equal(parseRetryAfter(retryAfter, null, NOW), 120_000);
  assert.equal(parseRetryAfter(retryAfter, 'yesterday', NOW + 500), 119_500);
});

test('a date that has come is no answer', () => {
  assert.equal(parseRetryAfter('Sat, 15 Jun 2030 12:00:00 GMT', null, NOW), null);
  assert.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:00 GMT', null, NOW), null);
});

test('spellings that are not HTTP dates are garbage, even where Date.parse would take them', () => {
  for (const text of [
    '2030-06-15T12:02:00Z',
    'Sat, 15 Jun 2030 12:02:00',
    'Sat, 15 Jun 2030 12:02:00 +0000',
    'Sat, 15 Jun 2030 12:02:00 UTC',
    'Sat, 15 jun 2030 12:02:00 GMT',
    'Sat, 5 Jun 2030 12:02:00 GMT',
    'Sat, 31 Feb 2030 12:02:00 GMT',
    'Sat, 00 Jun 2030 12:02:00 GMT',
    'Sat, 15 Jun 2030 24:00:00 GMT',
    'Sat, 15 Jun 2030 12:60:00 GMT',
    'Sat, 15 Jun 2030 12:02:61 GMT',
    'Sat, 15-Jun-30 12:02:00 GMT',
    'Sat Jun 5 12:02:00 2030',
  ]) {
    assert.equal(parseRetryAfter(text, null, NOW), null, text);
  }
});

test('an asctime day below ten is padded with a space', () => {
  assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994', NOW), Date.UTC(1994, 10, 6, 8, 49, 37));
});

test('a leap second is the first of the next minute', () => {
  assert.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW), Date.UTC(2017, 0, 1));
});

test('a two-digit year that seems more than fifty years ahead is of the century before', () => {
  assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', NOW), Date.UTC(1994, 10, 6, 8, 49, 37));
  assert.equal(parseHttpDate('Sunday, 06-Nov-80 08:49:37 GMT', NOW), Date.UTC(2080, 10, 6, 8, 49, 37));
  assert.equal(parseHttpDate('Sunday, 06-Nov-81 08:49:37 GMT', NOW), Date.UTC(1981, 10, 6, 8, 49, 37));
});

test('a year below one hundred is that year', () => {
  assert.equal(parseHttpDate('Fri, 01 Jan 0099 00:00:00 GMT', NOW), new Date('0099-01-01T00:00:00Z').getTime());
});

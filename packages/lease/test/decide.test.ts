import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, isTooShort, untilRenewal } from '../src/decide.ts';
import { emptyRecord, type Held, hold, type LeaseRecord } from '../src/record.ts';

const MINUTE = 60_000;
const start = { wall: Date.UTC(2030, 0, 1), monotonic: 1_000 };
const after = (ms: number) => ({ wall: start.wall + ms, monotonic: start.monotonic + ms });

function token(lifeMs: number, windowMs = 5 * MINUTE): Held {
  const held = hold({ kind: 'success', token: 'secret', expiresAt: start.wall + lifeMs }, 1, start, windowMs);
  assert.ok(typeof held !== 'string');
  return held;
}

function record(changes: Partial<LeaseRecord>): LeaseRecord {
  return { ...emptyRecord, ...changes };
}

const deadline = (ms: number) =>
  ({ until: after(ms), setAt: start.wall, reason: 'transient', source: 'backoff' }) as const;

test('a token is fresh until its last five minutes, and due from then on', () => {
  const known = record({ held: token(60 * MINUTE) });
  assert.equal(decide(known, after(0)), 'fresh');
  assert.equal(decide(known, after(55 * MINUTE - 1)), 'fresh');
  assert.equal(decide(known, after(55 * MINUTE)), 'due');
  assert.equal(decide(known, after(60 * MINUTE - 1)), 'due');
  assert.equal(decide(known, after(60 * MINUTE)), 'required');
});

test('the window is never more than a third of the life', () => {
  const known = record({ held: token(90_000) });
  assert.equal(decide(known, after(59_999)), 'fresh');
  assert.equal(decide(known, after(60_000)), 'due');
});

test('a deadline ahead makes a due token fresh and a required one deferred', () => {
  const known = record({ held: token(60 * MINUTE), deadline: deadline(62 * MINUTE) });
  assert.equal(decide(known, after(58 * MINUTE)), 'fresh');
  assert.equal(decide(known, after(61 * MINUTE)), 'deferred');
  assert.equal(decide(known, after(62 * MINUTE)), 'required');
});

test('refused credentials do the same, with no end', () => {
  const known = record({ held: token(60 * MINUTE), latch: 'unauthorized' });
  assert.equal(decide(known, after(58 * MINUTE)), 'fresh');
  assert.equal(decide(known, after(600 * MINUTE)), 'deferred');
});

test('without a token one is required', () => {
  assert.equal(decide(emptyRecord, start), 'required');
});

test('either clock alone ends a token', () => {
  const known = record({ held: token(60 * MINUTE) });
  assert.equal(decide(known, { wall: start.wall + 60 * MINUTE, monotonic: start.monotonic }), 'required');
  assert.equal(decide(known, { wall: start.wall - 60 * MINUTE, monotonic: start.monotonic + 60 * MINUTE }), 'required');
});

test('the life of a token is its expiry minus the date of the response', () => {
  const skew = 7 * 24 * 60 * MINUTE;
  const answer = {
    status: 200,
    requestId: null,
    retryAfter: null,
    date: new Date(start.wall + skew).toUTCString(),
    receivedAt: start,
  };
  const expiresAt = start.wall + skew + 10 * MINUTE;
  const held = hold({ kind: 'success', token: 'secret', expiresAt, answer }, 1, start, 5 * MINUTE);
  assert.ok(typeof held !== 'string');
  assert.equal(held.lifeMs, 10 * MINUTE);
  assert.deepEqual(held.expires, after(10 * MINUTE));
  assert.equal(held.grant.expiresAt, expiresAt);
});

test('a token that is empty, arrived expired, expired on the way, or lives no second is of no use', () => {
  const why = (token: string, expiresAt: number, now = start) =>
    hold({ kind: 'success', token, expiresAt, answer: null }, 1, now, 0);
  assert.equal(why('', start.wall + MINUTE), 'the token is empty');
  assert.equal(why('secret', Number.NaN), 'the expiry is not a time');
  assert.equal(why('secret', Number.POSITIVE_INFINITY), 'the expiry is not a time');
  assert.equal(why('secret', start.wall), 'the token arrived expired');
  assert.match(String(why('secret', start.wall + 999)), /^the token lives 999 ms/);
  const answer = { status: 200, requestId: null, retryAfter: null, date: null, receivedAt: start };
  const late = hold({ kind: 'success', token: 'secret', expiresAt: start.wall + 5_000, answer }, 1, after(5_000), 0);
  assert.equal(late, 'the token expired during the refresh');
});

test('a grant that is printed or serialized does not show its token', async () => {
  const { inspect } = await import('node:util');
  const { grant } = token(MINUTE);
  assert.equal(grant.token, 'secret');
  assert.doesNotMatch(inspect(grant) + JSON.stringify(grant) + JSON.stringify({ ...grant }), /secret/);
});

test('a caller may ask for more validity, but for no more than two thirds of the life', () => {
  const held = token(90_000);
  assert.equal(isTooShort(held, after(20_000), 60_000), false);
  assert.equal(isTooShort(held, after(40_000), 60_000), true);
  assert.equal(isTooShort(held, after(29_000), 60 * MINUTE), false);
  assert.equal(isTooShort(held, after(31_000), 60 * MINUTE), true);
  assert.equal(isTooShort(held, after(89_000), 0), false);
});

test('renewals are spread over the first four fifths of the window', () => {
  const known = record({ held: token(60 * MINUTE) });
  assert.equal(untilRenewal(known, after(0), 0), 55 * MINUTE);
  assert.equal(untilRenewal(known, after(0), 0.5), 57 * MINUTE);
  assert.ok((untilRenewal(known, after(0), 1) ?? 0) <= 59 * MINUTE);
});

test('a renewal never comes before the deadline, and never while the credentials are refused', () => {
  const held = token(60 * MINUTE);
  assert.equal(untilRenewal(record({ held, deadline: deadline(58 * MINUTE) }), after(0), 0), 58 * MINUTE);
  assert.equal(untilRenewal(record({ deadline: deadline(MINUTE) }), after(0), 0), MINUTE);
  assert.equal(untilRenewal(record({ held, latch: 'unauthorized' }), after(0), 0), null);
  assert.equal(untilRenewal(emptyRecord, after(0), 0), 0);
});

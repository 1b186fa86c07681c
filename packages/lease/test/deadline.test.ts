import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remaining } from '../src/clock.ts';
import { endsAt, isAhead, planDeadline } from '../src/deadline.ts';

const now = { wall: Date.UTC(2030, 0, 1), monotonic: 5_000 };
const HOUR = 3_600_000;

function delay(options: {
  retryAfter?: string;
  headersAgo?: number;
  failures?: number;
  random?: number;
  capMs?: number;
}) {
  const { retryAfter = null, headersAgo = 0, failures = 1, random = 0.5, capMs = HOUR } = options;
  const receivedAt = { wall: now.wall - headersAgo, monotonic: now.monotonic - headersAgo };
  const answer = { status: 503, requestId: null, retryAfter, date: null, receivedAt };
  const deadline = planDeadline({ reason: 'transient', answer, now, failures, capMs, random: () => random });
  return { ms: remaining(deadline.until, now), source: deadline.source };
}

const ALMOST_ONE = 1 - Number.EPSILON;

test('without a Retry-After the wait is 24 to 36 s, uniformly', () => {
  assert.deepEqual(delay({ random: 0 }), { ms: 24_000, source: 'backoff' });
  assert.deepEqual(delay({ random: 0.5 }), { ms: 30_000, source: 'backoff' });
  assert.deepEqual(delay({ random: ALMOST_ONE }), { ms: 36_000, source: 'backoff' });
});

test('a Retry-After that is zero, past, garbage or too large counts as none', () => {
  for (const retryAfter of ['0', '-1', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT', '9'.repeat(30)]) {
    assert.deepEqual(delay({ retryAfter }), { ms: 30_000, source: 'backoff' }, retryAfter);
  }
});

test('the wait doubles with every failure in a row, up to two minutes, give or take a fifth', () => {
  const waits = [1, 2, 3, 4, 5, 50, 5_000].map((failures) => delay({ failures }).ms);
  assert.deepEqual(waits, [30_000, 60_000, 120_000, 120_000, 120_000, 120_000, 120_000]);
  assert.equal(delay({ failures: 9, random: ALMOST_ONE }).ms, 144_000);
});

test('a Retry-After is a floor, with a little jitter after it', () => {
  assert.deepEqual(delay({ retryAfter: '120', random: 0 }), { ms: 120_000, source: 'retry-after' });
  assert.equal(delay({ retryAfter: '120', random: ALMOST_ONE }).ms, 132_000);
  assert.equal(delay({ retryAfter: '1', random: ALMOST_ONE }).ms, 2_000);
  assert.equal(delay({ retryAfter: '3000', random: ALMOST_ONE }).ms, 3_030_000);
});

test('a Retry-After is not stretched by earlier failures', () => {
  assert.equal(delay({ retryAfter: '5', failures: 9, random: 0 }).ms, 5_000);
});

test('no deadline lies beyond the cap', () => {
  assert.equal(delay({ retryAfter: '99999999999', random: 0.9 }).ms, HOUR);
  assert.equal(delay({ retryAfter: '3600', random: 0.9 }).ms, HOUR);
  assert.equal(delay({ capMs: 10_000 }).ms, 10_000);
});

test('a Retry-After counts from the moment the headers came, not from the end of the body', () => {
  assert.equal(delay({ retryAfter: '60', headersAgo: 20_000, random: 0 }).ms, 40_000);
});

test('a Retry-After that ended while the body came is worth nothing any more', () => {
  assert.deepEqual(delay({ retryAfter: '5', headersAgo: 30_000 }), { ms: 30_000, source: 'backoff' });
});

test('a deadline ends as soon as either clock has reached it', () => {
  const deadline = planDeadline({
    reason: 'transient',
    answer: null,
    now,
    failures: 1,
    capMs: HOUR,
    random: () => 0.5,
  });
  const at = (wall: number, monotonic: number) => ({ wall: now.wall + wall, monotonic: now.monotonic + monotonic });
  assert.equal(isAhead(deadline, at(29_999, 29_999)), true);
  assert.equal(isAhead(deadline, at(30_000, 0)), false);
  assert.equal(isAhead(deadline, at(-86_400_000, 30_000)), false);
  assert.equal(isAhead(null, now), false);
});

test('a deadline is shown where the wall clock will be when it ends', () => {
  const deadline = planDeadline({
    reason: 'transient',
    answer: null,
    now,
    failures: 1,
    capMs: HOUR,
    random: () => 0.5,
  });
  assert.equal(endsAt(deadline, { wall: now.wall + 10_000, monotonic: now.monotonic + 10_000.7 }), now.wall + 30_000);
  const setBack = { wall: now.wall - HOUR, monotonic: now.monotonic + 10_000 };
  assert.equal(endsAt(deadline, setBack), now.wall - HOUR + 20_000);
});

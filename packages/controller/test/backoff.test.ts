import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failuresAfterLink, MAX_RETRY_AFTER_MS, MAX_RETRY_MS, retryDelay } from '../src/backoff.ts';
import { Fifo } from '../src/fifo.ts';
import { parseRetryAfter } from '../src/retry-after.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the first new attempt comes within two seconds, later ones within thirty, and none before the relay allows it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000 }),
      fc.integer({ min: -1, max: 2 ** 50 }),
      random,
      (failures, floor, r) => {
        const delay = retryDelay(failures, floor, () => r);
        const least = Math.min(Math.max(floor, 0), MAX_RETRY_AFTER_MS);
        const range = failures === 0 ? 0 : failures === 1 ? 2_000 : MAX_RETRY_MS;
        assert.ok(delay >= least);
        assert.ok(delay <= Math.max(range, least * 1.1));
      },
    ),
  );
});

test('attempts spread over twice the range after each failure', () => {
  const longest = [1, 2, 3, 4, 5, 6].map((failures) => retryDelay(failures, 0, () => 1));
  assert.deepEqual(longest, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('a link that lasted starts over; one that carried something is one failure; one that did not is one more', () => {
  assert.equal(failuresAfterLink(5, { lastedMs: 60_000, carried: false }), 0);
  assert.equal(failuresAfterLink(5, { lastedMs: 59_999, carried: true }), 1);
  assert.equal(failuresAfterLink(5, { lastedMs: 59_999, carried: false }), 6);
});

test('Retry-After: seconds, or a date by the clock of who sent it', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  const expected: [string | null, number | null][] = [
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Tue, 01 Jan 2030 00:02:00 GMT', 120_000],
    ['0', null],
    ['-5', null],
    ['1.5', null],
    ['99999999999999999999', null],
    ['2030-01-01T00:02:00Z', null],
    ['Mon, 31 Dec 2029 00:00:00 GMT', null],
    ['soon', null],
    ['', null],
    [null, null],
  ];
  for (const [text, ms] of expected) assert.equal(parseRetryAfter(text, now), ms, String(text));
});

test('a queue gives out what it took in, in order, whatever else is done to it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer(), fc.constant('shift' as const), fc.constant('clear' as const))),
      (steps) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        for (const step of steps) {
          if (step === 'shift') assert.equal(fifo.shift(), model.shift());
          else if (step === 'clear') {
            fifo.clear();
            model = [];
          } else {
            fifo.push(step);
            model.push(step);
          }
          assert.deepEqual(
            [fifo.length, fifo.first, fifo.last, [...fifo]],
            [model.length, model[0], model.at(-1), model],
          );
        }
      },
    ),
  );
});

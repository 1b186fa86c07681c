import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closeHintOf, closeReasonWithHint } from '../src/index.ts';

test('a close reason says when to come back, in whole seconds and never sooner than meant', () => {
  assert.equal(closeReasonWithHint('the relay is stopping', 11_001), 'the relay is stopping; retry-after=12');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_600_000 }), (ms) => {
      const hint = closeHintOf(closeReasonWithHint('the relay is stopping', ms)) ?? -1;
      assert.ok(hint >= ms && hint < ms + 1_000);
    }),
  );
  assert.equal(closeHintOf(closeReasonWithHint('x', 1e12)), 3_600_000);
});

test('a close reason that does not say so, or says more than can be meant, asks for nothing', () => {
  for (const reason of [
    '',
    'bye',
    '; retry-after=',
    '; retry-after=3601',
    '; retry-after=-1',
    'retry-after=5 more',
    '; retry-after=99999',
  ])
    assert.equal(closeHintOf(reason), null, reason);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECONNECT_CAP_MS, reconnectDelay } from '../src/link/backoff.ts';

const attempts = Array.from({ length: 9 }, (_, attempt) => attempt);

test('the first try to connect comes anywhere within a second; the waits then double, up to a cap, and keep to the upper half', () => {
  const most = attempts.map((attempt) => reconnectDelay(attempt, () => 1));
  assert.deepEqual(most, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  const least = attempts.map((attempt) => reconnectDelay(attempt, () => 0));
  assert.deepEqual(least, [0, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
  assert.equal(
    reconnectDelay(Number.MAX_SAFE_INTEGER, () => 1),
    RECONNECT_CAP_MS,
  );
});

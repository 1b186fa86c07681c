import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECONNECT_CAP_MS, reconnectDelay } from '../src/link/backoff.ts';

test('the wait before a try to connect lies anywhere below a bound that grows by half with each, up to a cap', () => {
  const bounds = Array.from({ length: 11 }, (_, attempt) => Math.round(reconnectDelay(attempt, () => 1)));
  assert.deepEqual(bounds, [1000, 1500, 2250, 3375, 5063, 7594, 11391, 17086, 25629, 30000, 30000]);
  assert.equal(
    reconnectDelay(5, () => 0),
    0,
  );
  assert.equal(
    reconnectDelay(Number.MAX_SAFE_INTEGER, () => 1),
    RECONNECT_CAP_MS,
  );
});

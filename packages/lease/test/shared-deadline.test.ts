import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remaining } from '../src/clock.ts';
import { restoreShared, type SharedDeadline, shareDeadline } from '../src/shared-deadline.ts';

const HOUR = 3_600_000;
const WALL = Date.UTC(2030, 0, 1);
/** Here the process has run for 5 s, and the machine for 1,000 s. */
const now = { wall: WALL, monotonic: 5_000 };
const STORE_NOW = 1_000_000;

const local = {
  until: { wall: WALL + 120_000, monotonic: 125_000 },
  setAt: WALL,
  reason: 'transient',
  source: 'backoff',
} as const;
const stored: SharedDeadline = shareDeadline(local, 2, now, STORE_NOW);

/** What is left of it for a process that looks when the clocks show this. */
function left(wall: number, storeNow: number, deadline: SharedDeadline = stored): number {
  const look = { wall, monotonic: 77 };
  return remaining(restoreShared(deadline, look, storeNow, HOUR).deadline.until, look);
}

test('a deadline that is shared is the same for whoever reads it', () => {
  const read = restoreShared(stored, now, STORE_NOW, HOUR);
  assert.deepEqual(read, { deadline: local, failures: 2 });
  assert.equal(left(WALL + 20_000, STORE_NOW + 20_000), 100_000);
});

test('it ends by either clock: a sleep that only the wall clock saw, a time that only the store saw', () => {
  assert.equal(left(WALL + 120_000, STORE_NOW + 10_000), 0);
  assert.equal(left(WALL - 24 * HOUR, STORE_NOW + 119_000), 1_000);
});

test('after a reboot the store knows nothing of it, and the wall clock alone counts, clamped', () => {
  assert.equal(left(WALL + 30_000, 8_000), 90_000);
  assert.equal(left(WALL - 24 * HOUR, 8_000), 120_000);
});

test('a machine that has run for longer since its reboot than the deadline reaches is past it', () => {
  assert.ok(left(WALL - 24 * HOUR, STORE_NOW + 120_000) <= 0);
});

test('no store makes it longer than the cap', () => {
  const endless = { ...stored, retryAt: WALL + 1e12, until: STORE_NOW + 1e12 };
  assert.equal(left(WALL, STORE_NOW, endless), HOUR);
});

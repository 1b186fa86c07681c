import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { LoopDelay } from '../../src/pressure/index.ts';

test('a loop that is on time has no delay', async () => {
  const clock = new ManualClock();
  const delay = new LoopDelay(clock);
  assert.equal(delay.ms(), 0);
  await clock.advance(1_000);
  assert.equal(delay.ms(), 0);
});

test('a tick that is due and does not come counts before it comes', () => {
  const clock = new ManualClock();
  const delay = new LoopDelay(clock);
  delay.ms();
  clock.block(50 + 200);
  assert.equal(delay.ms(), 200);
  clock.block(100);
  assert.equal(delay.ms(), 300);
});

test('a delay that is over counts for a quarter to half a second more', async () => {
  const clock = new ManualClock();
  const delay = new LoopDelay(clock);
  delay.ms();
  clock.block(50 + 200);
  await clock.advance(0);
  assert.equal(delay.ms(), 200);
  await clock.advance(240);
  assert.equal(delay.ms(), 200);
  await clock.advance(300);
  assert.equal(delay.ms(), 0);
});

test('nobody who asks for five seconds ends the watch, and the next one starts it anew', async () => {
  const clock = new ManualClock();
  const delay = new LoopDelay(clock);
  delay.ms();
  assert.equal(clock.timers, 1);
  await clock.advance(5_100);
  assert.equal(clock.timers, 0);
  clock.block(60_000); // asleep, and not late
  assert.equal(delay.ms(), 0);
  assert.equal(clock.timers, 1);
  delay.close();
  assert.equal(clock.timers, 0);
});

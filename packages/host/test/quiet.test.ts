import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, SimulatedHost, STEPS_PER_HOUR } from './simulated-host.ts';

test('an hour of health is one line of log: the new token', async (t) => {
  const simulated = await SimulatedHost.start(t, 60 * MINUTE, 'health');
  const before = simulated.log.text.length;
  for (let step = 0; step < STEPS_PER_HOUR; step += 1) await simulated.step();
  const lines = simulated.log.text.slice(before).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['lease refreshed'],
  );
});

test('each change of the link is one line', async (t) => {
  const simulated = await SimulatedHost.start(t, 60 * MINUTE, 'change');
  const before = simulated.log.text.length;
  simulated.relay.cut();
  await simulated.step();
  await simulated.step();
  const lines = simulated.log.text.slice(before).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['link waiting', 'link connecting', 'link connected'],
  );
});

import { test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS, reconnectWhileRefreshFails, stockReconnectWhileRefreshFails } from './support/refresh-fault.ts';

const NAME = 'refresh-hangs';
const STOCK_PATIENCE_MS = 50_000;

test('its body does not end, likewise', async (t) => {
  await reconnectWhileRefreshFails(t, answer.stall());
});

test(faults[NAME].fault, async (t) => {
  const ms = await reconnectWhileRefreshFails(t, answer.hang());
  await record(NAME, reconnected(ms, AT_ONCE_MS), async () =>
    reconnected(await stockReconnectWhileRefreshFails(t, answer.hang(), STOCK_PATIENCE_MS), STOCK_PATIENCE_MS),
  );
});

import { test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS, reconnectWhileRefreshFails, stockReconnectWhileRefreshFails } from './support/refresh-fault.ts';

const NAME = 'refresh-refused-by-network';
const STOCK_PATIENCE_MS = 20_000;

test(faults[NAME].fault, async (t) => {
  const ms = await reconnectWhileRefreshFails(t, answer.reset());
  await record(NAME, reconnected(ms, AT_ONCE_MS), async () =>
    reconnected(await stockReconnectWhileRefreshFails(t, answer.reset(), STOCK_PATIENCE_MS), STOCK_PATIENCE_MS),
  );
});

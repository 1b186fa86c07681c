import { describe, test } from 'node:test';
import { type Answer, answer } from '@holdfast/testkit';
import { faults } from './support/faults.ts';
import { reconnected, record } from './support/record.ts';
import { AT_ONCE_MS, reconnectWhileRefreshFails, stockReconnectWhileRefreshFails } from './support/refresh-fault.ts';

const NAME = 'refresh-malformed-or-foreign';
const STOCK_PATIENCE_MS = 20_000;

const answers: Record<string, Answer> = {
  malformed: answer.malformed(),
  'about another server': answer.foreignIds(),
  'expired on arrival': answer.expiresAt('2020-01-01T00:00:00Z'),
  'good until no moment': answer.expiresAt('not a moment'),
};

describe(faults[NAME].fault, { concurrency: true }, () => {
  for (const [what, refresh] of Object.entries(answers)) {
    test(what, async (t) => {
      const ms = await reconnectWhileRefreshFails(t, refresh);
      if (what !== 'malformed') return;
      await record(NAME, reconnected(ms, AT_ONCE_MS), async () =>
        reconnected(await stockReconnectWhileRefreshFails(t, refresh, STOCK_PATIENCE_MS), STOCK_PATIENCE_MS),
      );
    });
  }
});

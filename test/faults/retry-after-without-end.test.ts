import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, startAuthority } from '@holdfast/testkit';
import { startHost } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { pass } from './support/subjects.ts';

const NAME = 'retry-after-without-end';
const HOUR_MS = 3_600_000;
const absurd = answer.reply(503, { retryAfter: '99999999999' });

/** @returns how many minutes ahead the moment lies */
function capped(moment: string | null): number {
  const ahead = Date.parse(moment ?? '') - Date.now();
  assert.ok(ahead > HOUR_MS / 2 && ahead <= HOUR_MS, `${ahead} ms ahead`);
  return Math.round(ahead / 60_000);
}

describe(faults[NAME].fault, { concurrency: true }, () => {
  test('of enroll: the next one is an hour ahead, and none comes before', async (t) => {
    const authority = await startAuthority();
    t.after(() => authority.close());
    authority.set('enroll', absurd);
    const host = startHost(t, { relay: authority.base });
    const { lease } = await host.until('a deadline', ({ lease }) => lease.retryAt !== null);
    const minutes = capped(lease.retryAt);
    await pass(3_000); // a timer that overflowed would have fired by now
    assert.equal(authority.counts('enroll'), 1);
    await record(NAME, `next request in ${minutes} min`);
  });

  test('of the handshake: likewise', async (t) => {
    const authority = await startAuthority();
    t.after(() => authority.close());
    authority.set('websocket', absurd);
    const host = startHost(t, { relay: authority.base });
    const { link } = await host.until('a deadline', ({ link }) => link.nextAttemptAt !== null);
    capped(link.nextAttemptAt);
    await pass(3_000);
    assert.equal(authority.counts('websocket'), 1);
  });
});

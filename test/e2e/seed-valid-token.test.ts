import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, type Authority, answer, startAuthority } from '@holdfast/testkit';
import { eventually, type HostProcess, startHost } from './support/host-process.ts';

/** The renewal window is the last third of a token's life: here it opens after 24 of 36 seconds. */
const LIFE_SECONDS = 36;

const failures: Record<string, { answer: Answer; leastWaitMs: number; mostWaitMs: number }> = {
  '502 with nothing said': { answer: answer.reply(502), leastWaitMs: 24_000, mostWaitMs: 36_000 },
  '429 with Retry-After: 60': {
    answer: answer.reply(429, { retryAfter: 60 }),
    leastWaitMs: 60_000,
    mostWaitMs: 66_000,
  },
  '503 with Retry-After as a date': {
    answer: answer.reply(503, { retryAfter: { dateInSeconds: 60 } }),
    leastWaitMs: 60_000,
    mostWaitMs: 67_000,
  },
  'a malformed 200': { answer: answer.malformed(), leastWaitMs: 24_000, mostWaitMs: 36_000 },
  'a 200 for another server': { answer: answer.foreignIds(), leastWaitMs: 24_000, mostWaitMs: 36_000 },
  'a reset connection': { answer: answer.reset(), leastWaitMs: 24_000, mostWaitMs: 36_000 },
};

async function dueHost(authority: Authority, host: HostProcess, refresh: Answer): Promise<void> {
  await authority.waitForLink(1);
  authority.set('refresh', refresh);
  // the window is open, or the background renewal was there first
  await host.until('the renewal window', ({ lease }) => lease.state === 'due' || lease.counts.failed > 0, 45_000);
}

/** The link drops and comes back with the token that is in hand. */
async function reconnects(authority: Authority, ordinal: number): Promise<void> {
  authority.link?.cut();
  const link = await authority.waitForLink(ordinal);
  assert.equal(link.credential, 'token-1');
}

async function pairs(authority: Authority, host: HostProcess): Promise<void> {
  const before = authority.counts('pair');
  await host.pair();
  assert.equal(authority.counts('pair'), before + 1);
  assert.equal(authority.requestsTo('pair').at(-1)?.credential, 'token-1');
}

describe('a proactive refresh that fails leaves the valid token at work', { concurrency: true }, () => {
  for (const [name, { answer: refresh, leastWaitMs, mostWaitMs }] of Object.entries(failures)) {
    for (const first of ['websocket', 'pairing']) {
      test(`${name}, ${first} first`, async (t) => {
        const authority = await startAuthority({ tokenLifeSeconds: LIFE_SECONDS });
        t.after(() => authority.close());
        const host = startHost(t, { relay: authority.base });
        await dueHost(authority, host, refresh);

        if (first === 'websocket') await reconnects(authority, 2);
        else await pairs(authority, host);
        const { lease } = await host.until('a deadline', ({ lease }) => lease.retryAt !== null);
        const askedAt = authority.requestsTo('refresh')[0]?.at ?? Number.NaN;
        const wait = Date.parse(lease.retryAt ?? '') - askedAt;
        assert.ok(wait >= leastWaitMs && wait <= mostWaitMs + 2_000, `the deadline lies ${wait} ms after the request`);

        // before the deadline nobody asks again, whoever comes
        if (first === 'websocket') await pairs(authority, host);
        else await reconnects(authority, 2);
        await reconnects(authority, 3);
        await pairs(authority, host);
        assert.equal(authority.counts('refresh'), 1);
        assert.equal((await host.status()).status, 'connected');
      });
    }
  }
});

describe('a refresh that hangs', { concurrency: true }, () => {
  const hangs: Record<string, Answer> = { 'headers never come': answer.hang(), 'the body stalls': answer.stall() };
  for (const [name, refresh] of Object.entries(hangs)) {
    test(`${name}: link and pairing go on at once, and its timeout records a deadline`, async (t) => {
      // renewed from 70 s on, given up 30 s later, valid for another 5 s
      const authority = await startAuthority({ tokenLifeSeconds: 105 });
      t.after(() => authority.close());
      const host = startHost(t, { relay: authority.base });
      await authority.waitForLink(1);
      authority.set('refresh', refresh);
      await host.until('the renewal window', ({ lease }) => lease.state === 'due', 80_000);
      await reconnects(authority, 2);
      await eventually('the refresh', () => authority.counts('refresh') === 1);
      await reconnects(authority, 3);
      await pairs(authority, host);
      const { lease } = await host.until('the deadline', ({ lease }) => lease.retryAt !== null, 40_000);
      const wait = Date.parse(lease.retryAt ?? '') - (authority.requestsTo('refresh')[0]?.at ?? Number.NaN);
      assert.ok(
        wait >= 30_000 + 24_000 && wait <= 30_000 + 36_000 + 2_000,
        `the deadline lies ${wait} ms after the request`,
      );
      assert.equal(authority.counts('refresh'), 1);
    });
  }
});

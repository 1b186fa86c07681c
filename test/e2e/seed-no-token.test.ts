import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RpcRefusal } from '@holdfast/local-socket';
import { answer, type RetryAfter, startAuthority } from '@holdfast/testkit';
import { rejectionOf, startHost } from './support/host-process.ts';

describe('without a valid token a failed refresh fails closed', { concurrency: true }, () => {
  const waits: Record<string, { retryAfter?: RetryAfter; least: number; most: number }> = {
    'Retry-After in seconds': { retryAfter: 50, least: 50_000, most: 55_000 },
    'Retry-After as a date': { retryAfter: { dateInSeconds: 50 }, least: 49_000, most: 56_000 },
    'no Retry-After': { least: 24_000, most: 36_000 },
    'garbage as Retry-After': { retryAfter: 'soon', least: 24_000, most: 36_000 },
  };
  for (const [name, { retryAfter, least, most }] of Object.entries(waits)) {
    test(`no token, ${name}: one request, one deadline for all, nobody connects or pairs`, async (t) => {
      const authority = await startAuthority();
      t.after(() => authority.close());
      authority.set('enroll', answer.reply(503, retryAfter === undefined ? {} : { retryAfter }));
      const host = startHost(t, { relay: authority.base });
      const { lease, status } = await host.until('a deadline', ({ lease }) => lease.retryAt !== null);
      const wait = Date.parse(lease.retryAt ?? '') - (authority.requestsTo('enroll')[0]?.at ?? Number.NaN);
      assert.ok(wait >= least && wait <= most + 2_000, `the deadline lies ${wait} ms after the request`);
      assert.equal(status, 'errored');
      assert.equal(lease.state, 'deferred');

      const refusals = await Promise.all(Array.from({ length: 20 }, () => rejectionOf(host.pair())));
      for (const refusal of refusals) {
        assert.ok(refusal instanceof RpcRefusal);
        assert.equal(refusal.data.retryAt, lease.retryAt, 'the same moment for all');
      }
      assert.equal(authority.counts('enroll'), 1);
      assert.equal(authority.counts('pair'), 0);
      assert.equal(authority.allLinks.length, 0);
    });
  }

  test('an expired token is as good as none, until a refresh succeeds; then its answer is on record', async (t) => {
    const authority = await startAuthority({ tokenLifeSeconds: 6 });
    t.after(() => authority.close());
    const host = startHost(t, { relay: authority.base });
    const link = await authority.waitForLink(1);
    authority.set('refresh', answer.reply(503, { retryAfter: 12 }));
    const { lease } = await host.until('the token to expire', ({ lease }) => lease.state === 'deferred');
    link.cut();
    const refusal = await rejectionOf(host.pair());
    assert.ok(refusal instanceof RpcRefusal);
    assert.equal(refusal.data.retryAt, lease.retryAt);
    assert.equal(authority.allLinks.length, 1, 'nothing connects with an expired token');
    authority.set('refresh', answer.healthy({ tokenLifeSeconds: 3600 }));

    const second = await authority.waitForLink(2, { timeoutMs: 30_000 });
    assert.equal(second.credential, 'token-2');
    const [failed, succeeded, ...more] = authority.requestsTo('refresh');
    assert.ok(failed !== undefined && succeeded !== undefined && more.length === 0, 'two refreshes in all');
    assert.ok(succeeded.at - failed.at >= 12_000, 'the second not before the deadline');
    const after = (await host.status()).lease;
    assert.equal(after.state, 'fresh');
    assert.equal(after.retryAt, null);
    assert.equal(after.lastAnswer?.status, 200);
    assert.equal(after.lastAnswer?.requestId, succeeded.requestId);
    await host.pair();
  });

  test('a token that expires while it is refreshed counts as expired', async (t) => {
    const authority = await startAuthority({ tokenLifeSeconds: 6 });
    t.after(() => authority.close());
    const host = startHost(t, { relay: authority.base });
    const link = await authority.waitForLink(1);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    authority.set('refresh', answer.reply(502, { after: released }));
    await authority.waitForRequests('refresh', 1);
    await host.until('the token to expire', ({ lease }) => lease.state === 'required');
    link.cut();
    const pairing = rejectionOf(host.pair());
    release();
    assert.ok((await pairing) instanceof RpcRefusal);
    await host.until(
      'a deadline',
      ({ lease, link }) => lease.state === 'deferred' && link.state === 'waiting-for-token',
    );
    assert.equal(authority.counts('refresh'), 1);
    assert.equal(authority.counts('pair'), 0);
    assert.equal(authority.allLinks.length, 1);
  });
});

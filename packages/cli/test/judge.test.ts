import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answered, judgeClock, judgeHttp } from '../src/doctor/relay-answers.ts';
import { judgeSpace } from '../src/doctor/this-machine.ts';
import { judgeTls } from '../src/doctor/way.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const DAY = 24 * 3600 * 1000;

function report(days: number, problem: string | null = null) {
  const validTo = now + days * DAY;
  return {
    protocol: 'TLSv1.3',
    chain: [{ subject: 'relay.test', issuer: 'Some CA', validFrom: 0, validTo }],
    problem,
    authority: problem === null ? ({ name: 'Some Root', from: 'Node' } as const) : null,
  };
}

function answered(more: Partial<Answered>): Answered {
  return {
    status: 401,
    type: 'application/json',
    body: '{}',
    location: null,
    retryAfter: null,
    skewMs: 0,
    ms: 3,
    ...more,
  };
}

describe('a certificate', () => {
  test('says whose it is, who signed it, how long it lasts and whom that trusts', () => {
    const { verdict, seen } = judgeTls(report(90), now);
    assert.equal(verdict, 'pass');
    assert.equal(
      seen,
      'relay.test, signed by Some CA, until 2026-08-30 (90 days); trusted by Some Root of Node; TLSv1.3',
    );
  });

  test('that ends within two weeks is worth a warning, one with a problem fails with it', () => {
    assert.equal(judgeTls(report(13.5), now).verdict, 'warn');
    assert.equal(judgeTls(report(14), now).verdict, 'pass');
    assert.deepEqual(
      [judgeTls(report(90, 'Bad.'), now).verdict, judgeTls(report(90, 'Bad.'), now).advice],
      ['fail', 'Bad.'],
    );
  });
});

test('a clock is judged by how far off it is, and in which direction', () => {
  assert.equal(judgeClock(answered({ skewMs: -29_000 })).verdict, 'pass');
  assert.deepEqual(
    [judgeClock(answered({ skewMs: 31_000 })).verdict, judgeClock(answered({ skewMs: 31_000 })).seen],
    ['warn', 'this machine is 31 s behind the relay'],
  );
  assert.match(judgeClock(answered({ skewMs: -3_600_000 })).seen, /3600 s ahead of/);
  assert.equal(judgeClock(answered({ skewMs: -3_600_000 })).verdict, 'fail');
  assert.equal(judgeClock(answered({ skewMs: null })).verdict, 'skipped');
});

test('an answer that is no relay’s is told for what it is', () => {
  assert.equal(judgeHttp(answered({})).verdict, 'pass');
  assert.match(
    judgeHttp(answered({ status: 302, location: 'https://login.test/' })).seen,
    /redirected \(302\) to https:\/\/login/,
  );
  assert.match(judgeHttp(answered({ status: 200, type: 'text/html; charset=utf-8' })).seen, /web page/);
  assert.match(judgeHttp(answered({ status: 404, type: 'application/json' })).seen, /no Holdfast relay/);
  const busy = judgeHttp(answered({ status: 503, retryAfter: '30' }));
  assert.deepEqual([busy.verdict, busy.advice?.includes('after 30')], ['fail', true]);
});

test('a disk is judged by what is free on it', () => {
  const MIB = 1024 * 1024;
  assert.deepEqual(
    [10 * MIB, 100 * MIB, 1000 * MIB].map((bytes) => judgeSpace(bytes).verdict),
    ['fail', 'warn', 'pass'],
  );
});

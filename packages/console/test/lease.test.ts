import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostStatus, LeaseHistoryEntry } from '@holdfast/wire';
import { type LeaseStatus, reduceLease, UNKNOWN_LEASE } from '../src/lease/lease-view.ts';
import { fittingSpan, SPANS, ticksOf, viewOf } from '../src/lease/span.ts';
import { tellEvent, tellLease } from '../src/lease/story.ts';
import { readTimeline } from '../src/lease/timeline.ts';

const START = new Date(2030, 0, 1, 14, 0).getTime();
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const ms = (seconds: number) => START + seconds * 1000;
const event = (seconds: number, type: string, more: Partial<LeaseHistoryEntry> = {}): LeaseHistoryEntry => ({
  at: at(seconds),
  type,
  ...more,
});

type Lease = HostStatus['lease'];

function status(lease: Partial<Lease>, link: Partial<HostStatus['link']> = {}): LeaseStatus {
  return {
    status: 'connected',
    reason: 'as it is',
    link: { state: 'connected', since: at(0), attempts: 0, lastError: null, nextAttemptAt: null, ...link },
    lease: {
      state: 'fresh',
      expiresAt: null,
      retryAt: null,
      reason: null,
      generation: 1,
      lastAnswer: null,
      counts: {
        started: 0,
        suppressed: 0,
        joined: 0,
        succeeded: 0,
        failed: 0,
        adopted: 0,
        late: 0,
        reenrolled: 0,
        listenerErrors: 0,
      },
      ...lease,
    },
  };
}

const WHOLE: HostStatus = {
  ...status({}),
  serverName: 'studio',
  installationId: 'i',
  environmentId: 'e',
  relay: 'http://relay',
  agent: { name: 'codex', failures: 0, lastFailure: null, retryAt: null },
  streams: [],
  endedStreams: [],
};

/** A token of a minute; a renewal that fails, waits 20 s, and then succeeds. */
const DRILL = [
  event(0, 'refresh-started'),
  event(1, 'refreshed', { expiresAt: at(61) }),
  event(1, 'link-connected'),
  event(45, 'refresh-started'),
  event(46, 'refresh-failed', { status: 502, retryAt: at(66), message: 'the relay answered 502' }),
  event(46, 'deadline-set', { retryAt: at(66) }),
  event(66, 'refresh-started'),
  event(67, 'refreshed', { expiresAt: at(127) }),
  event(67, 'deadline-cleared'),
];

describe('the timeline of a lease', () => {
  test('has the link, each token with its window, each request, and when nothing may be asked', () => {
    const { links, tokens, asks, pauses } = readTimeline(DRILL, status({ expiresAt: at(127) }), ms(80));
    assert.deepEqual(links, [{ from: ms(1), to: ms(80) }]);
    assert.deepEqual(tokens, [
      { from: ms(1), to: ms(61), windowFrom: ms(41), expiresAt: ms(61) },
      { from: ms(67), to: ms(127), windowFrom: ms(107), expiresAt: ms(127) },
    ]);
    assert.deepEqual(
      asks.map(({ answeredAt, ok, status: code }) => [answeredAt, ok, code]),
      [
        [ms(1), true, null],
        [ms(46), false, 502],
        [ms(67), true, null],
      ],
    );
    assert.deepEqual(pauses, [{ from: ms(46), to: ms(66) }]);
  });

  test('ends a token when another comes or it is cleared, and a link when it is lost', () => {
    const events = [
      event(0, 'refreshed', { expiresAt: at(60) }),
      event(0, 'link-connected'),
      event(40, 'refreshed', { expiresAt: at(100) }),
      event(50, 'token-cleared'),
      event(51, 'link-lost'),
    ];
    const { links, tokens } = readTimeline(events, null, ms(60));
    assert.deepEqual(
      tokens.map(({ from, to }) => [from, to]),
      [
        [ms(0), ms(40)],
        [ms(40), ms(50)],
      ],
    );
    assert.deepEqual(links, [{ from: ms(0), to: ms(51) }]);
  });

  test('of a host whose history has nothing yet shows what its status says', () => {
    const told = status({ expiresAt: at(600), retryAt: at(90) });
    const { links, tokens, pauses } = readTimeline([], told, ms(60));
    assert.deepEqual(links, [{ from: ms(0), to: ms(60) }]);
    assert.deepEqual([tokens[0]?.from, tokens[0]?.to], [ms(60), ms(600)]);
    assert.deepEqual(pauses, [{ from: ms(60), to: ms(90) }]);
  });

  test('takes the closest look that shows the trouble whole, or the token', () => {
    const short = readTimeline(DRILL, null, ms(50));
    assert.equal(fittingSpan(short, ms(50)), SPANS[0]);
    const long = [event(0, 'refreshed', { expiresAt: at(3_600) })];
    assert.equal(fittingSpan(readTimeline(long, null, ms(600)), ms(600)), SPANS[2]);
    const trouble = [...long, event(3_000, 'refresh-started'), event(3_001, 'refresh-failed', { status: 503 })];
    assert.equal(fittingSpan(readTimeline(trouble, null, ms(3_060)), ms(3_060)), SPANS[0]);
    assert.equal(fittingSpan(readTimeline(trouble, null, ms(3_300)), ms(3_300)), SPANS[1]);
  });

  test('marks round moments, none under "now" or at an edge', () => {
    for (const span of SPANS) {
      const view = viewOf(span, ms(7));
      const ticks = ticksOf(view, ms(7), 600);
      assert.ok(ticks.length >= 2 && ticks.length <= 8, `${ticks.length} marks`);
      assert.ok(ticksOf(view, ms(7), 245).length < ticks.length, 'fewer where there is less room');
      assert.ok(ticks.every((tick) => tick % 30_000 === 0 && Math.abs(tick - ms(7)) > span / 20));
    }
  });
});

describe('the story of a lease', () => {
  const failing: Partial<Lease> = {
    state: 'fresh',
    expiresAt: at(120),
    retryAt: at(80),
    reason: 'the relay answered 502',
    lastAnswer: { status: 502, requestId: 'r', at: at(50) },
  };

  test('is that all is well, while it is', () => {
    const { tone, headline, detail } = tellLease(status({ expiresAt: at(3_600) }), ms(0));
    assert.deepEqual([tone, headline], ['good', 'All is well.']);
    assert.equal(detail, 'Connected; its token is good until 15:00.');
  });

  test('is why it holds on, until when, and when it asks again', () => {
    const { tone, headline, detail } = tellLease(status(failing), ms(60));
    assert.deepEqual([tone, headline], ['holding', 'Holding on.']);
    assert.equal(
      detail,
      'The relay answered 502 to the last request for a token. It asks again at 14:01:20; its token is good until 14:02:00.',
    );
  });

  test('is that there is no token, and when it asks again', () => {
    const deferred: Partial<Lease> = { ...failing, state: 'deferred', expiresAt: null };
    assert.equal(tellLease(status(deferred), ms(60)).headline, 'Still connected.');
    const { tone, headline, detail } = tellLease(status(deferred, { state: 'waiting-for-token' }), ms(60));
    assert.deepEqual([tone, headline], ['bad', 'No token.']);
    assert.match(detail, /502 .* It asks again at 14:01:20, and sends nothing before\.$/);
  });

  test('is the host’s own reason when it is not connected', () => {
    const told = tellLease(status({ expiresAt: at(600) }, { state: 'waiting' }), ms(0));
    assert.deepEqual([told.headline, told.detail], ['Not connected.', 'as it is']);
  });

  test('tells each thing that happened, and leaves out what it does not know', () => {
    assert.equal(tellEvent(event(0, 'refreshed', { expiresAt: at(61) })), 'got a token, good until 14:01:01');
    assert.equal(tellEvent(event(0, 'refresh-failed', { status: 502, message: 'why' })), 'no token (502): why');
    assert.equal(tellEvent(event(0, 'deadline-set', { retryAt: at(20) })), 'asks nothing until 14:00:20');
    assert.equal(tellEvent(event(0, 'something-new')), null);
  });
});

describe('what is known of a lease', () => {
  test('stays what it was while its host is away', () => {
    const live = reduceLease(UNKNOWN_LEASE, { type: 'lease-told', status: WHOLE, events: DRILL, methods: [] });
    const away = reduceLease(live, { type: 'lease-away', now: ms(5) });
    const longer = reduceLease(away, { type: 'lease-away', now: ms(9) });
    assert.deepEqual([longer.phase, longer.events.length, longer.until], ['away', DRILL.length, ms(5)]);
  });

  test('has an end, and the host’s clock where that is another', () => {
    let view = UNKNOWN_LEASE;
    for (let n = 0; n < 300; n += 1) {
      view = reduceLease(view, { type: 'lease-event', event: event(n, 'recovered'), now: ms(n) - 60_000 });
    }
    assert.deepEqual([view.events.length, view.events[0]?.at, view.clockAhead], [256, at(44), 60_000]);
  });
});

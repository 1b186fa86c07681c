import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, ManualClock } from '@holdfast/testkit';
import { Surroundings } from '../src/link/surroundings.ts';
import { authorityFor, connectedHost, linkOf, makeHost, statusOf } from './harness.ts';

const SECOND = 1_000;

describe('the surroundings', () => {
  function watched() {
    const clock = new ManualClock();
    const seen = { changes: 0, addresses: '192.0.2.1' };
    const surroundings = new Surroundings(
      clock,
      () => {
        seen.changes += 1;
      },
      () => seen.addresses,
    );
    return { clock, seen, surroundings };
  }

  test('are quiet while time goes by', async () => {
    const { clock, seen } = watched();
    await clock.advance(3_600 * SECOND);
    clock.setWallBy(-3_600 * SECOND);
    await clock.advance(60 * SECOND);
    assert.equal(seen.changes, 0);
  });

  test('change when the machine sleeps, whether or not its monotonic clock stands still, and once for each sleep', async () => {
    const { clock, seen } = watched();
    clock.sleep(600 * SECOND);
    await clock.advance(10 * SECOND);
    assert.equal(seen.changes, 1);
    clock.block(600 * SECOND);
    await clock.advance(10 * SECOND);
    assert.equal(seen.changes, 2);
  });

  test('change with the addresses of the machine', async () => {
    const { clock, seen } = watched();
    seen.addresses = '198.51.100.7';
    await clock.advance(10 * SECOND);
    assert.equal(seen.changes, 1);
  });

  test('are nobody’s business after the stop', async () => {
    const { clock, seen, surroundings } = watched();
    surroundings.stop();
    clock.sleep(600 * SECOND);
    await clock.advance(10 * SECOND);
    assert.equal(seen.changes, 0);
    assert.equal(clock.timers, 0);
  });
});

describe('a machine that slept', () => {
  test('gives up a connection that does not answer within seconds', async (t) => {
    const clock = new ManualClock(Date.now());
    const authority = await authorityFor(t, { pongs: false });
    const { host, log } = makeHost(t, authority, { clock });
    host.start();
    await statusOf(host, ({ status }) => status === 'connected');
    clock.sleep(600 * SECOND);
    await clock.advance(2 * SECOND);
    await authority.waitFor(() => authority.link?.pings.length === 1);
    await clock.advance(5 * SECOND);
    await linkOf(authority, clock, 2);
    assert.match(log.text, /no pong for 5 s/);
  });

  test('keeps a connection that answers', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    await statusOf(host, ({ status }) => status === 'connected');
    clock.sleep(600 * SECOND);
    await clock.advance(2 * SECOND);
    await authority.waitFor(() => link.pings.length === 1);
    const stream = authority.openStream();
    stream.ping(); // its answer comes after the pong was taken
    await authority.waitFor(() => stream.pongs.length === 1);
    await clock.advance(8 * SECOND);
    assert.equal(link.open, true);
    await clock.advance(10 * SECOND);
    await authority.waitFor(() => link.pings.length > 1);
  });

  test('gives up a handshake that was under way, and tries another', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    await statusOf(host, ({ status }) => status === 'connected');
    authority.script('websocket', [answer.hang()]);
    link.cut();
    await statusOf(host, () => {
      void clock.advance(0);
      return authority.counts('websocket') === 2;
    });
    clock.sleep(600 * SECOND);
    await clock.advance(2 * SECOND);
    await clock.advance(2 * SECOND); // the wait after a try that failed
    await linkOf(authority, clock, 2);
  });

  test('connects at once instead of waiting on, unless the relay asked for more', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    authority.set('websocket', answer.reply(503, { retryAfter: 600 }));
    link.cut();
    await statusOf(host, (now) => {
      void clock.advance(0);
      return now.link.state === 'waiting' && now.link.lastError?.includes('503');
    });
    authority.set('websocket', answer.healthy());
    clock.sleep(300 * SECOND);
    await clock.advance(2 * SECOND);
    assert.equal(authority.counts('websocket'), 2);
    const { nextAttemptAt } = host.status().link;
    assert.equal(Math.round((Date.parse(nextAttemptAt ?? '') - clock.wall()) / SECOND), 298);
    clock.sleep(300 * SECOND);
    await clock.advance(2 * SECOND);
    await linkOf(authority, clock, 2);
  });
});

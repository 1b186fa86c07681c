import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { HOUR, MINUTE, SECOND, settle, setup } from './harness.ts';

test('a token in use is renewed in the background, in the middle of its window for the middle of the dice', async () => {
  const { authority, lease, clock } = setup();
  await lease.acquire();
  lease.keepFresh();
  await clock.advance(57 * MINUTE - 1);
  assert.equal(authority.requests, 1);
  await clock.advance(1);
  assert.equal(authority.requests, 2);
  assert.equal(lease.peek()?.generation, 2);
});

test('hosts with different dice renew at different moments, all inside the window', async () => {
  const moments = [0, 0.3, 0.6, 0.999].map(async (dice) => {
    const { authority, lease, clock } = setup({ random: () => dice });
    const begin = clock.wall();
    await lease.acquire();
    lease.keepFresh();
    while (authority.requests < 2) await clock.advance(SECOND);
    return clock.wall() - begin;
  });
  const seen = await Promise.all(moments);
  assert.equal(new Set(seen).size, 4);
  for (const moment of seen) assert.ok(moment >= 55 * MINUTE && moment <= 59 * MINUTE + SECOND, `${moment}`);
});

test('through an outage it renews no earlier than the deadlines permit, and has a fresh token when it is over', async () => {
  const { authority, lease, clock } = setup();
  await lease.acquire();
  lease.keepFresh();
  authority.fail('transient', 503, '120');
  await clock.advance(57 * MINUTE);
  assert.equal(authority.requests, 2);
  await clock.advance(125 * SECOND);
  assert.equal(authority.requests, 2);
  authority.recover();
  await clock.advance(SECOND);
  assert.equal(authority.requests, 3);
  assert.equal(lease.snapshot().state, 'fresh');
});

test('a day of use costs one refresh per token', async () => {
  const { authority, lease, clock } = setup();
  lease.keepFresh();
  await clock.advance(24 * HOUR);
  assert.equal(authority.requests, 1 + Math.floor((24 * 60) / 57));
  assert.equal(authority.mostRunning, 1);
});

test('it fetches the first token, and one after a reset', async () => {
  const { authority, lease } = setup();
  lease.keepFresh();
  await settle();
  assert.equal(lease.peek()?.generation, 1);
  lease.reset();
  await settle();
  assert.equal(lease.peek()?.generation, 2);
  assert.equal(authority.requests, 2);
});

test('a reset that is followed by an adoption costs no request', async () => {
  const { authority, lease } = setup();
  await lease.acquire();
  lease.keepFresh();
  lease.reset();
  const adopted = lease.adopt(authority.token());
  await settle();
  assert.equal(authority.requests, 1);
  assert.equal(lease.peek(), adopted);
});

test('refused credentials end it until they change', async () => {
  const { authority, lease, clock } = setup();
  authority.fail('unauthorized', 401);
  lease.keepFresh();
  await clock.advance(2 * HOUR);
  assert.equal(authority.requests, 1);
  authority.recover();
  lease.credentialsChanged();
  await settle();
  assert.notEqual(lease.peek(), null);
});

test('it lasts as long as its last user, and leaves no timer behind', async () => {
  const { authority, lease, clock } = setup();
  await lease.acquire();
  const first = lease.keepFresh();
  const second = lease.keepFresh();
  first.stop();
  first.stop();
  assert.equal(clock.timers, 1);
  await clock.advance(58 * MINUTE);
  assert.equal(authority.requests, 2);
  second.stop();
  assert.equal(clock.timers, 0);
  await clock.advance(3 * HOUR);
  assert.equal(authority.requests, 2);
});

test('no timer is longer than a minute, however long a token lives', async () => {
  const { authority, lease, clock } = setup();
  authority.lifeMs = 1_000 * 24 * HOUR;
  await lease.acquire();
  lease.keepFresh();
  assert.equal(clock.nextTimer, MINUTE);
});

test('a process that only keeps a token fresh comes to its end', () => {
  const index = new URL('../src/index.ts', import.meta.url).href;
  const script = `
    import { Lease } from ${JSON.stringify(index)};
    const lease = new Lease({ refresh: async () => ({ kind: 'success', token: 'secret', expiresAt: Date.now() + 3600000 }) });
    lease.keepFresh();
    await lease.acquire();
    for (let i = 0; i < 1000; i += 1) await lease.acquire();
    process.stdout.write(lease.snapshot().state);
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: 'fresh', stderr: '' });
});

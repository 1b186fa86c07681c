import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionState, type Controller, connect } from '@holdfast/controller';
import { ManualClock } from '@holdfast/testkit';
import { paths } from '@holdfast/wire';
import { claim, openStream, reaches, startController, startRelay } from './harness.ts';

/** The next state of that name, with its reason. */
function next(controller: Controller, state: ConnectionState['state']): Promise<ConnectionState> {
  return new Promise((resolve) => {
    const stop = controller.on('state', (event) => {
      if (event.state !== state) return;
      stop();
      resolve(event);
    });
  });
}

test('a controller connects with a ticket, and again after its link was cut', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  assert.equal(controller.state, 'connecting');
  await reaches(controller, 'connected');
  await relay.until(() => relay.links === 1, 'the link');
  const waiting = next(controller, 'waiting');
  relay.cut();
  assert.match((await waiting).reason ?? '', /closed the link/);
  await relay.until(() => relay.links === 2, 'a second link');
  assert.equal(relay.seen(paths.clientTicket), 2);
  assert.equal(relay.seen(paths.clientRefreshStart), 0, 'the token of the claim was still good');
});

test('a relay that is away is tried again until it is back', async (t) => {
  const relay = await startRelay(t);
  const credentials = await claim(relay);
  await relay.stop();
  const controller = connect({ credentials, random: () => 0 });
  t.after(() => controller.close());
  const { error, reason } = await next(controller, 'waiting');
  assert.equal(error?.code, 'ERR_CONTROLLER_NETWORK');
  assert.match(reason ?? '', /cannot be reached/);
  await relay.start();
  await reaches(controller, 'connected');
});

test('Retry-After is a floor that nothing cuts short, not even the network coming back', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  let online = () => {};
  const onOnline = (callback: () => void) => {
    online = callback;
    return () => {};
  };
  const credentials = await claim(relay);
  relay.replyOnce(paths.clientTicket, { status: 503, body: { detail: 'Busy.' }, headers: { 'retry-after': '70' } });
  const options = { base: relay.base, clientId: credentials.clientId, deviceKey: credentials.deviceKey };
  const controller = connect({ ...options, clock, random: () => 0, onOnline });
  t.after(() => controller.close());
  const { nextAttemptAt, error } = await next(controller, 'waiting');
  assert.deepEqual([error?.status, error?.requestId, error?.message], [503, 'req-1', 'Busy.']);
  assert.equal((nextAttemptAt ?? 0) - clock.wall(), 70_000);
  online();
  await clock.advance(69_999);
  assert.equal(relay.seen(paths.clientTicket), 1);
  await clock.advance(1);
  await relay.until(() => relay.links === 1, 'the link');
});

test('the network coming back ends a wait that nobody asked for', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  let online = () => {};
  const onOnline = (callback: () => void) => {
    online = callback;
    return () => {};
  };
  relay.replyOnce(paths.clientTicket, { status: 500 });
  const controller = await startController(t, relay, { clock, random: () => 0.9, onOnline });
  await next(controller, 'waiting');
  online();
  await clock.advance(0);
  await relay.until(() => relay.links === 1, 'the link');
});

test('a refused token is renewed once, by the device key alone, for all who ask', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  await reaches(controller, 'connected');
  relay.forgetTokens();
  const lists = await Promise.all(Array.from({ length: 20 }, () => controller.environments()));
  assert.equal(lists.length, 20);
  assert.deepEqual(
    lists[0]?.map(({ env_id }) => env_id),
    ['env_1', 'env_2'],
    'all pages',
  );
  assert.equal(relay.seen(paths.clientRefreshStart), 1);
  assert.equal(relay.seen(paths.clientRefreshFinish), 1);
  const refreshes = relay.requests.filter(({ path }) => path === paths.clientRefreshFinish);
  assert.equal(refreshes[0]?.authorization, undefined);
});

test('a token that has expired, or whose end is no moment, is not used', async (t) => {
  const relay = await startRelay(t);
  const credentials = await claim(relay);
  for (const tokenExpiresAt of [Date.now() - 1, Number.NaN]) {
    const refreshes = relay.seen(paths.clientRefreshFinish);
    const controller = await startController(t, relay, {}, { ...credentials, tokenExpiresAt });
    await reaches(controller, 'connected');
    assert.equal(relay.seen(paths.clientRefreshFinish), refreshes + 1);
  }
});

test('a fresh token that is refused too is no reason to ask for a third', async (t) => {
  const relay = await startRelay(t);
  const credentials = await claim(relay);
  const controller = await startController(t, relay, {}, credentials);
  await reaches(controller, 'connected');
  const path = paths.clientEnvironments(credentials.clientId);
  relay.replyOnce(path, { status: 401 }, { status: 401 });
  await assert.rejects(controller.environments(), { code: 'ERR_CONTROLLER_UNAUTHORIZED', status: 401 });
  assert.equal(relay.seen(paths.clientRefreshFinish), 1);
});

test('a device that was revoked is told so; its controller closes and its streams end', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  const { stream } = await openStream(relay, controller);
  const closed = next(controller, 'closed');
  relay.revoked = true;
  relay.forgetTokens();
  relay.cut();
  const { error } = await closed;
  assert.equal(error?.code, 'ERR_CONTROLLER_REVOKED');
  assert.match(error?.message ?? '', /revoked.*Pair it again/);
  assert.deepEqual((await stream.closed).reason, 'revoked');
  await assert.rejects(
    async () => {
      for await (const _ of stream.messages);
    },
    { code: 'ERR_CONTROLLER_REVOKED' },
  );
  assert.throws(() => controller.openStream('env_1'), { code: 'ERR_CONTROLLER_REVOKED' });
  assert.equal(relay.seen(paths.clientRefreshStart), 1);
});

test('while the relay has asked for a pause before a refresh, nobody else sends one', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  await reaches(controller, 'connected');
  relay.forgetTokens();
  relay.replyOnce(paths.clientRefreshStart, { status: 429, headers: { 'retry-after': '30' } });
  await assert.rejects(controller.environments(), { status: 429 });
  for (let caller = 0; caller < 5; caller += 1) {
    await assert.rejects(controller.environments(), {
      code: 'ERR_CONTROLLER_DEFERRED',
      retryAt: clock.wall() + 30_000,
    });
  }
  assert.equal(relay.seen(paths.clientRefreshStart), 1);
  clock.block(30_000);
  await controller.environments();
});

test('a token is renewed while it is still good, and a failure of that disturbs nobody', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  await reaches(controller, 'connected');
  relay.replyOnce(paths.clientRefreshStart, { status: 503, headers: { 'retry-after': '60' } });
  await clock.advance(398_000);
  assert.equal(relay.seen(paths.clientRefreshStart), 0, 'not before the last third of its life');
  await clock.advance(3_000);
  await relay.until(() => relay.seen(paths.clientRefreshStart) === 1, 'the renewal');
  assert.equal((await controller.environments()).length, 2);
  assert.equal(relay.seen(paths.clientRefreshStart), 1);
  await clock.advance(61_000);
  await relay.until(() => relay.seen(paths.clientRefreshFinish) === 1, 'the renewal after the pause');
  assert.equal(controller.state, 'connected');
});

test('a proof that a relay no longer knows the challenge of is no revocation: it is tried again', async (t) => {
  const relay = await startRelay(t);
  const controller = await startController(t, relay);
  await reaches(controller, 'connected');
  relay.forgetTokens();
  relay.replyOnce(paths.clientRefreshFinish, {
    status: 403,
    body: { detail: 'Too old.', code: 'device_proof_refused' },
  });
  await assert.rejects(controller.environments(), { status: 403, relayCode: 'device_proof_refused' });
  assert.equal((await controller.environments()).length, 2);
  assert.equal(controller.state, 'connected');
});

test('a controller whose place was taken by another of the same device does not take it back at once', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  await relay.until(() => relay.links === 1, 'the link');
  const waiting = next(controller, 'waiting');
  relay.close(4001, 'a newer connection took its place');
  const { reason, nextAttemptAt } = await waiting;
  assert.match(reason ?? '', /a newer connection took its place/);
  assert.equal((nextAttemptAt ?? 0) - clock.wall(), 30_000);
});

test('a controller whose relay says on closing when to come back does not come sooner', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  await relay.until(() => relay.links === 1, 'the link');
  const waiting = next(controller, 'waiting');
  relay.close(1001, 'the relay is stopping; retry-after=12');
  const { nextAttemptAt } = await waiting;
  const wait = (nextAttemptAt ?? 0) - clock.wall();
  assert.ok(wait >= 12_000 && wait < 14_000, `${wait} ms`);
});

test("another device's challenge is not signed", async (t) => {
  const relay = await startRelay(t);
  relay.challengeFor = 'cli_somebody';
  const controller = await startController(t, relay);
  assert.match((await next(controller, 'waiting')).reason ?? '', /meant for another device/);
  assert.equal(relay.links, 0);
});

test('a link that is open and dead is given up a minute after something was sent', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  await reaches(controller, 'connected');
  relay.mute = true;
  await openStream(relay, controller);
  await clock.advance(59_999);
  assert.equal(controller.state, 'connected');
  const waiting = next(controller, 'waiting');
  await clock.advance(1);
  assert.match((await waiting).reason ?? '', /nothing came for 60 s/);
});

test('a stream that is idle is pinged, so that the host keeps it, and acks of that keep the link', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  const { stream } = await openStream(relay, controller);
  for (let ping = 1; ping <= 4; ping += 1) {
    await clock.advance(30_000);
    await relay.until(() => relay.framesOf('ping').length === ping, 'a ping');
    await stream.drain();
  }
  assert.deepEqual(
    relay.framesOf('ping').map(({ seq_id }) => seq_id),
    [2, 3, 4, 5],
  );
  assert.equal(controller.state, 'connected');
});

test('closing says goodbye for each stream and leaves no timer, no socket and no request behind', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  const { stream } = await openStream(relay, controller);
  controller.close();
  assert.deepEqual(await stream.closed, { reason: 'closed', error: null });
  await relay.until(() => relay.framesOf('client_closed').length === 1, 'goodbye');
  await relay.until(() => relay.sockets.size === 0, 'the end of the link');
  assert.equal(clock.timers, 0);
  assert.equal(controller.state, 'closed');
  await assert.rejects(controller.environments(), { code: 'ERR_CONTROLLER_CLOSED' });
  const requests = relay.requests.length;
  await clock.advance(600_000);
  assert.equal(relay.requests.length, requests);
});

test('closing in the middle of an attempt ends it', async (t) => {
  const relay = await startRelay(t);
  const clock = new ManualClock(Date.now());
  const controller = await startController(t, relay, { clock });
  controller.close();
  await clock.advance(60_000);
  assert.equal(relay.links, 0);
  assert.equal(clock.timers, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import { relayFor } from './harness/relay.ts';

test('a link that says nothing for 60 s is dropped, one that answers is kept', async (t) => {
  const clock = new ManualClock();
  const relay = await relayFor(t, { clock });
  const [silent, sound] = [await TestHost.enroll(relay), await TestHost.enroll(relay)];
  const silentLink = await silent.link(relay.base);
  const soundLink = await sound.link(relay.base);
  silentLink.socket.pause();
  for (let elapsed = 0; elapsed < 60; elapsed += 10) {
    const pinged = new Promise((resolve) => soundLink.socket.once('ping', resolve));
    await clock.advance(10_000);
    await pinged;
    await soundLink.settled();
  }
  silentLink.socket.resume();
  assert.equal((await silentLink.untilClosed()).code, 1006);
  assert.equal(soundLink.closed, undefined);
});

test('the pings of the relay carry how far it is; what the socket confirms is forgotten once the host has spoken', async (t) => {
  const clock = new ManualClock();
  const relay = await relayFor(t, { clock });
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const [hostLink, link] = [await host.link(relay.base), await controller.link(relay.base)];
  link.send(controller.message('silent', 1));
  const arrived = await hostLink.frame('the message', ({ type }) => type === 'client_message');
  const ping = new Promise<string>((resolve) => hostLink.socket.once('ping', (payload) => resolve(payload.toString())));
  await clock.advance(2_000);
  assert.ok(String(arrived['cursor']).endsWith(`-${await ping}`));
  await hostLink.settled();
  hostLink.cut();
  await hostLink.untilClosed();
  const again = await host.link(relay.base, { remembers: false });
  await again.frame('what was never answered', ({ stream_id }) => stream_id === 'silent');
});

test('a device that does not prove itself within 10 s is shown out', async (t) => {
  const clock = new ManualClock();
  const relay = await relayFor(t, { clock });
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const opened = await controller.openWithTicket(relay.base, await controller.ticket(relay.base));
  assert.ok('socket' in opened);
  await opened.frame('the challenge', ({ type }) => type === 'device_key_challenge');
  await clock.advance(10_000);
  const closed = await opened.untilClosed();
  assert.equal(closed.code, 4401);
  assert.match(closed.reason, /10 s/);
});

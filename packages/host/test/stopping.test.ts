import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, startFaultProxy } from '@holdfast/testkit';
import { authorityFor, connectedHost, makeHost, statusOf } from './harness.ts';

describe('stopping a host', () => {
  test('closes a connection in order', async (t) => {
    const { host, link, authority } = await connectedHost(t);
    await statusOf(host, ({ status }) => status === 'connected');
    await host.close();
    await authority.waitFor(() => link.closed);
    assert.equal(link.closed?.code, 1000);
  });

  test('ends a connection whose other side does not answer', async (t) => {
    const authority = await authorityFor(t);
    const proxy = await startFaultProxy(authority.port);
    t.after(() => proxy.close());
    const { host } = makeHost(t, authority, { relay: authority.base.replace(authority.url, proxy.url) });
    host.start();
    await statusOf(host, ({ status }) => status === 'connected');
    proxy.stall();
    await host.close();
  });

  for (const [what, endpoint] of [
    ['a handshake', 'websocket'],
    ['an enrollment', 'enroll'],
  ] as const) {
    test(`gives up ${what} that is under way`, async (t) => {
      const authority = await authorityFor(t);
      authority.set(endpoint, answer.hang());
      const { host } = makeHost(t, authority);
      host.start();
      await authority.waitForRequests(endpoint, 1);
      await host.close();
      assert.equal(authority.allLinks.length, 0);
    });
  }

  test('ends a wait', async (t) => {
    const authority = await authorityFor(t);
    authority.set('websocket', answer.reply(503, { retryAfter: 3600 }));
    const { host } = makeHost(t, authority);
    host.start();
    await statusOf(host, ({ link }) => link.state === 'waiting');
    await host.close();
  });

  test('takes no frame that arrives while it closes', async (t) => {
    const { host, link, authority } = await connectedHost(t);
    await statusOf(host, ({ status }) => status === 'connected');
    const stream = authority.openStream();
    const disabled = host.disable();
    stream.send({ id: 1, method: 'initialize' });
    await disabled;
    assert.deepEqual(host.status().streams, []);
    assert.equal(host.status().status, 'disabled');
    assert.equal(link.frames.length, 0);
  });
});

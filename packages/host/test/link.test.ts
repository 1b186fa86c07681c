import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { answer, ManualClock } from '@holdfast/testkit';
import { authorityFor, connectedHost, linkOf, makeHost, statusOf } from './harness.ts';
import { connectTo } from './link-harness.ts';

const SECOND = 1_000;

describe('the link', () => {
  test('introduces the host in its handshake, after enrolling it', async (t) => {
    const { authority, host, link } = await connectedHost(t);
    const status = await statusOf(host, (now) => now.status === 'connected' && now);
    assert.deepEqual(
      authority.requests.map(({ endpoint, credential }) => [endpoint, credential]),
      [
        ['enroll', 'account'],
        ['websocket', 'token-1'],
      ],
    );
    assert.equal(link.headers['x-codex-server-id'], link.serverId);
    assert.equal(Buffer.from(String(link.headers['x-codex-name']), 'base64').toString(), 'machine');
    assert.equal(link.headers['x-codex-protocol-version'], '3');
    assert.equal(link.headers['x-codex-installation-id'], status.installationId);
    assert.equal(link.cursor, undefined);
    assert.equal(status.reason, 'Connected.');
  });

  test('comes back after a cut, from its cursor, and sends what was not acked again as it was', async (t) => {
    const { authority, link } = await connectedHost(t);
    authority.acking = false;
    const stream = authority.openStream();
    await stream.request('initialize', 1);
    stream.send({ id: 'before', method: 'echo' }, { cursor: 'cursor-7' });
    await authority.waitFor(() => stream.frames.length === 2);
    const sent = stream.frames.map(({ raw }) => raw);
    link.cut();
    const next = await authority.waitForLink(2);
    assert.equal(next.cursor, 'cursor-7');
    await authority.waitFor(() => next.frames.length === 2);
    assert.deepEqual(
      next.frames.map(({ raw }) => raw),
      sent,
    );
    authority.acking = true;
    await stream.request('pid');
    assert.deepEqual(
      next.frames.map(({ envelope }) => envelope.seq_id),
      [1, 2, 3],
    );
  });

  test('has no cursor after a restart of the host', async (t) => {
    const { authority, host, dataDir } = await connectedHost(t);
    const stream = authority.openStream();
    stream.send({ id: 1, method: 'initialize' }, { cursor: 'cursor-1' });
    await authority.waitFor(() => stream.messages.length === 1);
    await host.close();
    makeHost(t, authority, { dataDir }).host.start();
    assert.equal((await authority.waitForLink(2)).cursor, undefined);
  });

  test('takes the frames that come in one packet with the answer to its handshake', async (t) => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', (request) => {
        const key = /sec-websocket-key: (.*)\r\n/i.exec(String(request))?.[1] ?? '';
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        const ping = Buffer.from('{"type":"ping","client_id":"c","stream_id":"s"}');
        const head = `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(head), Buffer.from([0x81, ping.length]), ping]));
        socket.resume();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);

    const link = connectTo(t, `http://127.0.0.1:${address.port}/backend-api`);
    assert.equal(await link.firstText, '{"type":"ping","client_id":"c","stream_id":"s"}');
  });

  test('connects with a valid token while refresh fails', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, link, host } = await connectedHost(t, { clock });
    authority.set('refresh', answer.reply(502, { retryAfter: 60 }));
    await clock.advance(56 * 60 * SECOND);
    await authority.waitForRequests('refresh', 1);
    link.cut();
    const next = await linkOf(authority, clock, 2);
    assert.equal(next.credential, 'token-1');
    await statusOf(host, ({ status, lease }) => status === 'connected' && lease.retryAt);
    assert.equal(authority.counts('refresh'), 1);
    assert.match(host.status().reason, /^Connected\. Renewing the server token fails: .*502.*next try in \d+ s/);
  });
});

describe('a refused handshake', () => {
  test('401: the token is forgotten, and one refresh brings the next', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, link } = await connectedHost(t, { clock });
    await clock.advance(20 * SECOND);
    authority.script('websocket', [answer.reply(401)]);
    link.cut();
    const next = await linkOf(authority, clock, 2);
    assert.equal(next.credential, 'token-2');
    assert.equal(authority.counts('refresh'), 1);
    assert.equal(authority.counts('websocket'), 3);
  });

  test('401 for a token that was just minted: nothing more is sent before a deadline', async (t) => {
    const clock = new ManualClock(Date.now());
    const authority = await authorityFor(t);
    authority.set('websocket', answer.reply(401));
    const { host } = makeHost(t, authority, { clock });
    host.start();
    const { lease } = await statusOf(host, (status) => status.lease.state === 'deferred' && status);
    const wait = Date.parse(lease.retryAt ?? '') - clock.wall();
    assert.ok(wait >= 24_000 && wait <= 36_000, `${wait} ms`);
    assert.equal(host.status().status, 'errored');
    await clock.advance(23 * SECOND);
    assert.deepEqual(
      authority.requests.map(({ endpoint }) => endpoint),
      ['enroll', 'websocket'],
    );
    authority.set('websocket', answer.healthy());
    await clock.advance(20 * SECOND);
    await authority.waitForLink();
    assert.equal(authority.counts('refresh'), 1);
  });

  test('404 with the exact detail: the host enrolls again, once', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, link } = await connectedHost(t, { clock });
    await clock.advance(20 * SECOND);
    authority.registry.forgetServers();
    link.cut();
    const next = await linkOf(authority, clock, 2);
    assert.notEqual(next.serverId, link.serverId);
    assert.equal(authority.counts('enroll'), 2);
    assert.equal(authority.counts('refresh'), 0);
  });

  for (const form of ['html', 'empty'] as const) {
    test(`404 that is not the relay's own (${form}): the same token is tried again`, async (t) => {
      const { authority, link } = await connectedHost(t);
      authority.script('websocket', [answer.notFound(form), answer.notFound(form)]);
      link.cut();
      const next = await authority.waitForLink(2);
      assert.equal(next.credential, 'token-1');
      assert.equal(authority.counts('enroll'), 1);
      assert.equal(authority.counts('websocket'), 4);
    });
  }

  test('503 with Retry-After: not before that, and the status says when', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    authority.script('websocket', [answer.reply(503, { retryAfter: 90 })]);
    link.cut();
    const waiting = await statusOf(host, (now) => {
      if (now.link.lastError?.includes('503') && now.link.state === 'waiting') return now;
      void clock.advance(0); // the wait after the cut has no length
      return null;
    });
    const at = Date.parse(waiting.link.nextAttemptAt ?? '');
    assert.ok(at - clock.wall() >= 90 * SECOND);
    assert.match(waiting.reason, /was answered with 503 \(request id req-\d+\).*; next try in 90 s\./);
    await clock.advance(90 * SECOND - 1);
    assert.equal(authority.counts('websocket'), 2);
    await clock.advance(1);
    await authority.waitForLink(2);
  });
});

describe('a link that the relay closes', () => {
  test('with a word on when to come back is not asked for sooner, and the next drop is as ever', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    await statusOf(host, ({ status }) => status === 'connected');
    link.close(1001, 'the relay is stopping; retry-after=12');
    const waiting = await statusOf(host, (now) => now.link.state === 'waiting' && now);
    assert.equal(Date.parse(waiting.link.nextAttemptAt ?? '') - clock.wall(), 12 * SECOND);
    assert.match(waiting.reason, /the relay closed it with 1001: the relay is stopping.* in 12 s/);
    await clock.advance(12 * SECOND - 1);
    assert.equal(authority.counts('websocket'), 1);
    await clock.advance(1);
    const next = await authority.waitForLink(2);
    await statusOf(host, ({ status }) => status === 'connected');
    next.close(1001, 'the relay is stopping');
    const again = await statusOf(host, (now) => now.link.state === 'waiting' && now);
    assert.ok(Date.parse(again.link.nextAttemptAt ?? '') - clock.wall() < 12 * SECOND);
  });
});

describe('a link that nobody answers', () => {
  test('is dropped a minute after its last pong, and made anew', async (t) => {
    const clock = new ManualClock(Date.now());
    const authority = await authorityFor(t, { pongs: false });
    const { host, log } = makeHost(t, authority, { clock });
    host.start();
    const link = await authority.waitForLink();
    await statusOf(host, ({ status }) => status === 'connected');
    for (let beat = 1; beat <= 6; beat += 1) {
      await clock.advance(10 * SECOND);
      await authority.waitFor(() => link.pings.length === beat);
    }
    assert.equal(link.open, true);
    await clock.advance(10 * SECOND);
    await authority.waitFor(() => !link.open);
    await linkOf(authority, clock, 2);
    assert.match(log.text, /no pong for 60 s/);
  });

  test('stays while pongs come', async (t) => {
    const clock = new ManualClock(Date.now());
    const { host, link, authority } = await connectedHost(t, { clock });
    await statusOf(host, ({ status }) => status === 'connected');
    for (let beat = 1; beat <= 12; beat += 1) {
      await clock.advance(10 * SECOND);
      await authority.waitFor(() => link.pings.length === beat);
      const stream = authority.openStream();
      stream.ping(); // its answer comes after the pong was taken
      await authority.waitFor(() => stream.pongs.length === 1);
    }
    assert.equal(link.open, true);
  });
});

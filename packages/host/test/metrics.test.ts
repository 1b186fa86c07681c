import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { MetricsServer } from '@holdfast/local-socket/metrics';
import { answer, ManualClock } from '@holdfast/testkit';
import type { Host } from '../src/index.ts';
import { controlOf } from './control-harness.ts';
import { connectedHost, eventually, statusOf } from './harness.ts';

/** Each sample of the text, by its name and labels. */
async function samplesOf(host: Host): Promise<Map<string, number>> {
  const lines = (await host.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function serverOf(t: TestContext, host: Host): Promise<MetricsServer> {
  const server = await MetricsServer.open({ host: '127.0.0.1', port: 0, read: () => host.metrics() });
  t.after(() => server.close());
  return server;
}

/** A GET that says it is for this name. */
function askAs(url: string, name: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers: { host: name } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on('error', reject);
    asking.end();
  });
}

describe('the metrics of a host', () => {
  test('say what its link, its lease, its streams and its agents do', async (t) => {
    const { authority, host, link } = await connectedHost(t);
    await statusOf(host, ({ status }) => status === 'connected');
    const stream = authority.openStream();
    await stream.request('initialize');
    await statusOf(host, ({ streams }) => streams[0]?.unacked === 0);
    const before = await samplesOf(host);
    const value = (name: string) => before.get(`holdfast_host_${name}`);
    assert.equal(value('info{version="1.2.3"}'), 1);
    assert.equal(value('link_state{state="connected"}'), 1);
    assert.equal(value('link_state{state="waiting"}'), 0);
    assert.equal(value('handshake_duration_seconds_count{outcome="open"}'), 1);
    assert.equal(value('refresh_duration_seconds_count{answer="success"}'), 1);
    assert.equal(value('refresh_http_answers_total{status="200"}'), 1);
    assert.equal(value('lease_state{state="fresh"}'), 1);
    assert.equal(value('lease_calls_total{kind="started"}'), 1);
    assert.equal(value('streams{kind="agent"}'), 1);
    assert.equal(value('agents_total{event="started"}'), 1);
    assert.equal(value('frames_total{direction="out"}'), 1);
    assert.equal(value('frames_total{direction="in"}'), 2, 'the initialize, and the ack of its answer');
    assert.ok((value('frame_bytes_total{direction="out"}') ?? 0) > 50);
    assert.ok(Math.abs((value('token_expiry_timestamp_seconds') ?? 0) - Date.now() / 1000) < 2 * 3600);
    assert.equal(value('lease_deadline_timestamp_seconds'), undefined, 'there is no deadline');
    for (const name of ['process_cpu_seconds_total{mode="user"}', 'process_resident_memory_bytes'])
      assert.ok((before.get(name) ?? 0) > 0, name);
    assert.ok((before.get('nodejs_eventloop_utilization') ?? -1) >= 0);

    stream.send({ method: 'die' });
    link.cut();
    await authority.waitForLink(2);
    await statusOf(host, ({ status, streams }) => status === 'connected' && streams.length === 0);
    const after = await samplesOf(host);
    assert.equal(after.get('holdfast_host_link_lost_total{reason="broken"}'), 1);
    assert.equal(after.get('holdfast_host_agents_total{event="failed"}'), 1);
    assert.equal(after.get('holdfast_host_streams{kind="agent"}'), 0);
    assert.equal(after.get('holdfast_host_handshake_duration_seconds_count{outcome="open"}'), 2);
  });

  test('say why links were lost and refreshes failed, and until when the relay is left alone', async (t) => {
    const clock = new ManualClock(Date.now());
    const { authority, host, link } = await connectedHost(t, { clock });
    link.close(4004, 'gone');
    await eventually(() => host.history.entries.some(({ type }) => type === 'link-lost'));
    authority.set('refresh', answer.reply(503, { retryAfter: 60 }));
    await clock.advance(56 * 60_000);
    await eventually(() => host.history.entries.some(({ type }) => type === 'refresh-failed'));
    const samples = await samplesOf(host);
    assert.equal(samples.get('holdfast_host_link_lost_total{reason="closed"}'), 1);
    assert.equal(samples.get('holdfast_host_refresh_duration_seconds_count{answer="transient"}'), 1);
    assert.equal(samples.get('holdfast_host_refresh_http_answers_total{status="503"}'), 1);
    const wait = (samples.get('holdfast_host_lease_deadline_timestamp_seconds') ?? 0) - clock.wall() / 1000;
    assert.ok(wait > 0 && wait < 80, `${wait} s`);
  });

  test('are read over the control socket', async (t) => {
    const { peer } = await controlOf(t, await connectedHost(t));
    const { contentType, text } = Object((await peer.call('holdfast/metrics')).result);
    assert.match(contentType, /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^# TYPE holdfast_host_link_state gauge$/m);
  });

  test('are served on loopback, to those that call it by its name, and nothing else is', async (t) => {
    const { host } = await connectedHost(t);
    const { url } = await serverOf(t, host);
    const response = await fetch(url);
    assert.match(response.headers.get('content-type') ?? '', /version=0\.0\.4/);
    assert.match(await response.text(), /^holdfast_host_info\{version="1\.2\.3"\} 1$/m);
    assert.equal((await fetch(new URL('/', url))).status, 404);
    assert.equal((await fetch(url, { method: 'POST' })).status, 405);
    assert.equal(await askAs(url, 'rebound.example'), 421);
    assert.equal(await askAs(url, 'localhost:9464'), 200);
    await assert.rejects(
      MetricsServer.open({ host: '127.0.0.1', port: Number(new URL(url).port), read: async () => '' }),
      /cannot be served on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
    await assert.rejects(MetricsServer.open({ host: '0.0.0.0', port: 0, read: async () => '' }), /loopback alone/);
  });
});

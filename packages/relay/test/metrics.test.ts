import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LocalSocketClient } from '@holdfast/local-socket';
import { paths } from '@holdfast/wire';
import { pino } from 'pino';
import { TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

type Line = Record<string, unknown>;

async function observed(t: TestContext, level = 'info') {
  const dataDir = temporaryFolder(t);
  const lines: Line[] = [];
  const logger = pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const relay = await relayFor(t, { dataDir, logger });
  const value = async (series: string): Promise<number | null> => {
    const text = await relay.metrics();
    const line = text.split('\n').find((each) => each.startsWith(`holdfast_relay_${series} `));
    return line === undefined ? null : Number(line.split(' ').at(-1));
  };
  const access = (kind: string) => lines.filter((line) => line['msg'] === kind);
  return { dataDir, relay, lines, value, access };
}

test('links, streams, mail, commits and refusals are counted as they come and go', async (t) => {
  const { relay, value } = await observed(t);
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const [hostLink, link] = [await host.link(relay.base), await controller.link(relay.base)];
  link.send(controller.message('s1', 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  assert.deepEqual([await value('links{kind="host"}'), await value('links{kind="controller"}')], [1, 1]);
  assert.equal(await value('streams{state="open"}'), 1);
  hostLink.cut();
  await hostLink.untilClosed();
  link.send(controller.message('s1', 2));
  await link.frame('its ack', ({ type, seq_id }) => type === 'ack' && seq_id === 2);
  // the relay learns of it, and writes it down, a moment later
  for (const end = performance.now() + 20_000; (await value('links{kind="host"}')) !== 0; )
    assert.ok(performance.now() < end);
  assert.ok(Number(await value('mail_frames')) >= 1);
  assert.ok(Number(await value('mail_bytes')) > 50);
  assert.ok(Number(await value('commit_writes_count')) >= 3);
  assert.equal(await value('ready'), 1);
  await fetch(`${relay.base}/${paths.environments}`);
  assert.equal(await value('refused_total{reason="account_token_refused"}'), 1);
  assert.equal(await value('admitted_total{kind="handshake",outcome="admitted"}'), 2);
  const route = '/backend-api/wham/remote/control/server';
  assert.equal(await value(`handshakes_total{route="${route}",status="101"}`), 1);
});

test('nothing that a peer writes becomes a label, however much it writes', async (t) => {
  const { relay, access } = await observed(t);
  const host = await TestHost.enroll(relay);
  const series = async () => (await relay.metrics()).split('\n').length;
  const rounds = async (from: number) => {
    for (let n = from; n < from + 20; n += 1) {
      await fetch(`${relay.base}/${paths.environment(`env_${n}`)}?n=${n}`, { headers: host.accountHeaders });
      await fetch(`${relay.url}/nothing/${n}?token=secret-${n}`, { method: n % 2 === 0 ? 'GET' : 'PROPFIND' });
      await fetch(`${relay.base}/x/${n}/%0a${'y'.repeat(2_000)}`);
    }
  };
  await rounds(0);
  const before = await series();
  await rounds(20);
  assert.equal(await series(), before);
  assert.doesNotMatch(await relay.metrics(), /env_\d|secret|nothing|yyyy/);
  assert.doesNotMatch(JSON.stringify(access('request')), /env_\d|secret|nothing|yyyy/);
});

test('each request and handshake is one line of the log: method, route, status, duration, address and the id that the answer has', async (t) => {
  const { relay, access, lines } = await observed(t);
  const host = await TestHost.enroll(relay);
  await host.link(relay.base);
  const refused = await fetch(`${relay.base}/${paths.clientRefreshStart}?x=1`, {
    method: 'POST',
    body: JSON.stringify({ client_id: 'cli_none' }),
  });
  const { request_id } = (await refused.json()) as { request_id: string };
  const line = access('request').find(({ requestId }) => requestId === request_id);
  assert.deepEqual(
    { ...line, time: 0, ms: 0, pid: 0, hostname: '' },
    {
      level: 30,
      time: 0,
      pid: 0,
      hostname: '',
      kind: 'request',
      method: 'POST',
      route: `/backend-api/${paths.clientRefreshStart}`,
      status: 403,
      ms: 0,
      address: '127.0.0.1',
      requestId: refused.headers.get('x-request-id'),
      code: 'client_revoked',
      msg: 'request',
    },
  );
  assert.equal(typeof line?.['ms'], 'number');
  const [linked] = access('handshake');
  assert.deepEqual([linked?.['status'], linked?.['route']], [101, `/backend-api/${paths.serverSocket}`]);
  const stranger = await fetch(`${relay.base}/${paths.claimStart}`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  });
  assert.equal(stranger.status, 403);
  assert.equal(access('request').at(-1)?.['code'], 'origin_refused');
  const wrong = await host.tryLink(relay.base, { extra: { 'x-codex-protocol-version': '2' } });
  assert.ok('status' in wrong);
  const { requestId, status } = access('handshake').at(-1) ?? {};
  assert.deepEqual([status, requestId], [426, wrong.headers['x-request-id']]);
  assert.doesNotMatch(JSON.stringify(lines), new RegExp(host.token));
});

test('who watches does not fill the log, and the page is one route', async (t) => {
  const { relay, access } = await observed(t);
  await fetch(`${relay.url}/healthz`);
  await fetch(`${relay.url}/readyz`);
  await fetch(`${relay.url}/`);
  assert.deepEqual(
    access('request').map(({ route }) => route),
    ['page'],
  );
});

test("the operator reads them over the relay's socket", async (t) => {
  const { dataDir } = await observed(t);
  const client = await LocalSocketClient.open(join(dataDir, 'operator.sock'));
  t.after(() => client.close());
  const { contentType, text } = (await client.call('metrics/read')) as { contentType: string; text: string };
  assert.match(contentType, /version=0\.0\.4/);
  assert.match(text, /^holdfast_relay_links\{kind="host"\} 0$/m);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});

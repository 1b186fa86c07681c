import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Authority,
  type HostLink,
  STOCK_CODEX_VERSION,
  type StockCodex,
  startAuthority,
  startStockCodex,
  unsignedJwt,
  writeCodexHome,
} from '@holdfast/testkit';

const accountId = 'account-1';
const accountToken = unsignedJwt(accountId);

describe('a stock codex is a host of a relay that speaks docs/protocol.md §2 and §3', () => {
  let authority: Authority;
  let home: string;
  let codex: StockCodex;
  let link: HostLink;

  before(async () => {
    authority = await startAuthority({ accountToken });
    home = await mkdtemp(join(tmpdir(), 'cx-'));
    await writeCodexHome({ home, base: authority.base, accountId, accountToken });
    codex = await startStockCodex({ home });
    link = await authority.waitForLink();
  });
  after(async () => {
    await codex?.stop();
    await authority?.close();
    if (home !== undefined) await rm(home, { recursive: true, force: true, maxRetries: 3 });
  });

  test('it enrolls once, with the account token, and says what it is', () => {
    const [enroll, ...more] = authority.requestsTo('enroll');
    assert.deepEqual(more, []);
    assert.equal(enroll?.credential, 'account');
    assert.equal(enroll.headers['chatgpt-account-id'], accountId);
    const body = enroll.body as Record<string, string>;
    assert.deepEqual(Object.keys(body).sort(), ['app_server_version', 'arch', 'installation_id', 'name', 'os']);
    assert.equal(body['app_server_version'], STOCK_CODEX_VERSION);
    assert.equal(enroll.headers['x-codex-installation-id'], body['installation_id']);
  });

  test('it connects with the server token it was given', () => {
    assert.equal(link.credential, 'token-1');
    assert.equal(link.headers['x-codex-server-id'], link.serverId);
    assert.equal(link.headers['x-codex-protocol-version'], '3');
    const [enroll] = authority.requestsTo('enroll');
    const name = Buffer.from(String(link.headers['x-codex-name']), 'base64').toString('utf8');
    assert.equal(name, Reflect.get(Object(enroll?.body), 'name'));
    assert.equal(link.cursor, undefined);
  });

  test('its control socket says that it is connected', async () => {
    // The authority sees the link a moment before codex does; a change is told to every client of the socket.
    let status = Object(await codex.rpc('remoteControl/status/read'));
    if (status.status !== 'connected') {
      const isConnected = (params: unknown) => Object(params).status === 'connected';
      status = (await codex.waitForNotification(({ params }) => isConnected(params))).params;
    }
    assert.equal(status.status, 'connected');
    assert.match(status.environmentId, /^env_/);
  });

  test('it pairs with the server token, and learns that the code was claimed', async () => {
    const pairing = Object(await codex.rpc('remoteControl/pairing/start', { manualCode: true }));
    assert.match(pairing.manualPairingCode, /^[0-9A-F]{4}-[0-9A-F]{4}$/);
    const [request] = authority.requestsTo('pair');
    assert.equal(request?.credential, 'token-1');
    assert.deepEqual(request.body, { manual_code: true });
    const { manualPairingCode } = pairing;
    const claimed = () => codex.rpc('remoteControl/pairing/status', { manualPairingCode });
    assert.deepEqual(await claimed(), { claimed: false });
    authority.registry.claim(manualPairingCode);
    assert.deepEqual(await claimed(), { claimed: true });
  });

  test('a stream is unknown until initialize, then answers thread/list, with seqs that count on', async () => {
    const stream = authority.openStream();
    stream.ping();
    await authority.waitFor(() => stream.pongs.length === 1, { what: 'a pong' });
    const clientInfo = { name: 'test', title: 'Test', version: '0' };
    const { result } = await stream.request('initialize', { clientInfo, capabilities: { experimentalApi: true } });
    assert.equal(Object(result).codexHome, home);
    stream.send({ method: 'initialized' });
    assert.deepEqual(Object((await stream.request('thread/list')).result).data, []);
    stream.ping();
    await authority.waitFor(() => stream.pongs.length === 2, { what: 'another pong' });
    assert.deepEqual(stream.pongs, ['unknown', 'active']);
    const seqs = stream.frames.map((frame) => frame.envelope.seq_id);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    );
    assert.deepEqual(link.violations, []);
  });

  test('after a cut it comes back with the same token and the last cursor, and the stream lives on', async () => {
    const stream = authority.openStream();
    const clientInfo = { name: 'test', title: 'Test', version: '0' };
    stream.send({ id: 0, method: 'initialize', params: { clientInfo } }, { cursor: 'cursor-1' });
    await authority.waitFor(() => stream.messages.find((message) => message.id === 0), { what: 'the initialize' });
    link.cut();
    const next = await authority.waitForLink(2, { timeoutMs: 60_000 });
    assert.equal(next.credential, 'token-1');
    assert.equal(next.cursor, 'cursor-1');
    assert.equal(authority.counts('refresh'), 0);
    assert.deepEqual(Object((await stream.request('thread/list')).result).data, []);
  });

  test('a restart refreshes the token of the same server; one that the relay forgot enrolls again', async () => {
    const { serverId } = link;
    await codex.stop();
    const links = authority.allLinks.length;
    codex = await startStockCodex({ home });
    const same = await authority.waitForLink(links + 1);
    assert.equal(same.serverId, serverId);
    assert.deepEqual([authority.counts('enroll'), authority.counts('refresh')], [1, 1]);

    await codex.stop();
    authority.registry.forgetServers();
    codex = await startStockCodex({ home });
    const other = await authority.waitForLink(links + 2);
    assert.notEqual(other.serverId, serverId);
    assert.deepEqual([authority.counts('enroll'), authority.counts('refresh')], [2, 2]);
  });
});

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answer } from '@holdfast/testkit';
import { connectControl, controlOf } from './control-harness.ts';
import { connectedHost, eventually, statusOf } from './harness.ts';

describe('the control socket', () => {
  test("is the user's alone, and gone when it is closed", async (t) => {
    const { control } = await controlOf(t, await connectedHost(t));
    assert.equal(statSync(control.path).mode & 0o777, 0o600);
    await control.close();
    assert.equal(existsSync(control.path), false);
  });

  test('names its methods to who asks for another', async (t) => {
    const { peer } = await controlOf(t, await connectedHost(t));
    const { error } = await peer.call('no/such');
    assert.match(
      error?.message ?? '',
      /There is no method "no\/such"; there are: holdfast\/status, holdfast\/lease\/history, holdfast\/metrics, remoteControl/,
    );
  });

  test('answers bad params with an error that names the member', async (t) => {
    const { peer } = await controlOf(t, await connectedHost(t));
    const bad: [string, unknown, RegExp][] = [
      ['remoteControl/pairing/start', { manualCode: 'yes' }, /manualCode/],
      ['remoteControl/pairing/status', {}, /exactly one of pairingCode and manualPairingCode/],
      ['remoteControl/client/list', { environmentId: 'e', limit: 1000 }, /limit/],
      ['remoteControl/client/list', undefined, /environmentId/],
      ['remoteControl/client/revoke', { environmentId: 'e' }, /clientId/],
    ];
    for (const [method, params, names] of bad) {
      const { error } = await peer.call(method, params);
      assert.equal(error?.code, -32602, method);
      assert.match(error?.message ?? '', names);
    }
  });
});

describe('over the control socket', () => {
  test('the state of remote control is read, switched off and on, and told to everybody as it changes', async (t) => {
    const made = await connectedHost(t);
    await statusOf(made.host, ({ status }) => status === 'connected');
    const { control, peer } = await controlOf(t, made);
    const watcher = await connectControl(t, control.path);
    await watcher.call('remoteControl/status/read');
    const { serverName, installationId, environmentId } = made.host.status();
    const now = (status: string) => ({ status, serverName, installationId, environmentId });
    assert.deepEqual((await peer.call('remoteControl/status/read')).result, now('connected'));
    assert.deepEqual((await peer.call('remoteControl/disable')).result, now('disabled'));
    await peer.call('remoteControl/enable');
    await made.authority.waitForLink(2);
    const told = () =>
      watcher.received.filter(({ method }) => method === 'remoteControl/status/changed').map(({ params }) => params);
    await eventually(() => JSON.stringify(told().at(-1)) === JSON.stringify(now('connected')));
    assert.ok(told().some((params) => JSON.stringify(params) === JSON.stringify(now('disabled'))));
    assert.ok(watcher.received.some(({ method }) => method === 'holdfast/status/changed'));
  });

  test('the status has every member, and no other', async (t) => {
    const made = await connectedHost(t);
    const { peer } = await controlOf(t, made);
    const stream = made.authority.openStream();
    await stream.request('initialize');
    const result = (await peer.call('holdfast/status')).result as Record<string, Record<string, unknown>>; // its members are what is looked at
    assert.deepEqual(Object.keys(result), [
      'status',
      'reason',
      'serverName',
      'installationId',
      'environmentId',
      'relay',
      'link',
      'lease',
      'agent',
      'streams',
      'endedStreams',
    ]);
    assert.deepEqual(Object.keys(result['link'] ?? {}), ['state', 'since', 'attempts', 'lastError', 'nextAttemptAt']);
    assert.deepEqual(Object.keys(result['lease'] ?? {}), [
      'state',
      'expiresAt',
      'retryAt',
      'reason',
      'generation',
      'lastAnswer',
      'counts',
    ]);
    const { since, unacked, stopped, stderr, ...ids } = Object(result['streams'])[0];
    assert.deepEqual(ids, { clientId: stream.clientId, streamId: stream.streamId, management: false });
    assert.equal(typeof unacked, 'number');
    assert.deepEqual([stopped, stderr], [false, '']);
    const lastAnswer = Object(result['lease']?.['lastAnswer']);
    assert.deepEqual(Object.keys(lastAnswer), ['status', 'requestId', 'at']);
    for (const time of [since, lastAnswer.at, result['lease']?.['expiresAt'], result['link']?.['since']]) {
      assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    assert.equal(result['lease']?.['retryAt'], null);
    assert.equal(result['link']?.['nextAttemptAt'], null);
  });

  test('a pairing is started and followed', async (t) => {
    const made = await connectedHost(t);
    const { peer } = await controlOf(t, made);
    const started = Object((await peer.call('remoteControl/pairing/start', { manualCode: true })).result);
    assert.deepEqual(Object.keys(started), ['pairingCode', 'manualPairingCode', 'environmentId', 'expiresAt']);
    const { manualPairingCode } = started;
    const follow = async () => (await peer.call('remoteControl/pairing/status', { manualPairingCode })).result;
    assert.deepEqual(await follow(), { claimed: false });
    made.authority.registry.claim(manualPairingCode);
    assert.deepEqual(await follow(), { claimed: true });
    const wrong = await peer.call('remoteControl/pairing/status', { pairingCode: 'wrong' });
    assert.match(wrong.error?.message ?? '', /Pairing code not found/);
    assert.deepEqual(wrong.error?.data, { status: 404 });
  });

  test('controllers are listed, page by page, and revoked', async (t) => {
    const made = await connectedHost(t);
    const { peer } = await controlOf(t, made);
    await statusOf(made.host, ({ status }) => status === 'connected');
    const { environmentId } = made.host.status();
    made.authority.registry.clients.push(
      { client_id: 'cli_1', display_name: 'Phone', last_seen_at: '2030-01-01T00:00:00Z' },
      { client_id: 'cli_2' },
    );
    const first = Object((await peer.call('remoteControl/client/list', { environmentId, limit: 1 })).result);
    const none = { deviceType: null, platform: null, osVersion: null, deviceModel: null, appVersion: null };
    assert.deepEqual(first.data, [
      { clientId: 'cli_1', displayName: 'Phone', ...none, lastSeenAt: Date.UTC(2030, 0, 1) / 1000 },
    ]);
    const rest = Object(
      (await peer.call('remoteControl/client/list', { environmentId, cursor: first.nextCursor })).result,
    );
    assert.deepEqual([rest.data.length, rest.data[0].clientId, rest.nextCursor], [1, 'cli_2', null]);
    assert.deepEqual((await peer.call('remoteControl/client/revoke', { environmentId, clientId: 'cli_1' })).result, {});
    assert.equal(made.authority.registry.clients.length, 1);
    const again = await peer.call('remoteControl/client/revoke', { environmentId, clientId: 'cli_1' });
    assert.match(again.error?.message ?? '', /404.*Client not found/);
  });

  test('a call that is held back says until when', async (t) => {
    const made = await connectedHost(t);
    const { peer } = await controlOf(t, made);
    made.authority.script('pair', [answer.reply(503, { retryAfter: 60 })]);
    for (const expected of [/503/, /^Not asked: /]) {
      const { error } = await peer.call('remoteControl/pairing/start');
      assert.match(error?.message ?? '', expected);
      const wait = Date.parse(String(error?.data?.['retryAt'])) - Date.now();
      assert.ok(wait > 30_000 && wait <= 62_000, `${wait} ms`);
    }
    assert.equal(made.authority.counts('pair'), 1);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paths, socketEndpoint } from '@holdfast/wire';
import { ask } from '../../packages/relay/test/harness/ask.ts';
import { open, Peer } from '../../packages/relay/test/harness/peer.ts';
import { rules } from './route-table.ts';
import { routesOf } from './routes.ts';
import { credentialNames, twoAccounts } from './two-accounts.ts';

/** How a call with a credential that does not do is answered: it says neither that the thing is there nor that it is not. */
const REFUSED = [401, 403, 404];

test('every route of the relay has its rule, and no rule is left over', (t) => {
  const why = 'say in test/security/route-table.ts who may call the route';
  for (const route of routesOf(t)) assert.ok(route in rules, `${route}: ${why}`);
  for (const route of Object.keys(rules)) assert.ok(routesOf(t).includes(route), `${route} is no route`);
});

test('no route does anything for a credential that it is not for', async (t) => {
  const world = await twoAccounts(t);
  for (const [route, { call, allowed }] of Object.entries(rules)) {
    if (allowed === 'anybody') continue;
    const [method = ''] = route.split(' ');
    for (const name of credentialNames.filter((each) => !allowed.includes(each))) {
      const { path, body } = await call(world);
      const { status, text } = await ask(`${world.relay.url}${path}`, { method, headers: world.headersOf(name), body });
      assert.ok(REFUSED.includes(status), `${route} with ${name} was answered with ${status}: ${text}`);
      assert.ok(!/hf[ascqt]_|"pairing_code"/.test(text), `${route} with ${name} gave a secret away`);
    }
  }
  // and none of that did anything
  const { host, device, relay } = world;
  const environment = await ask(`${relay.base}/${paths.environment(host.environmentId)}`, {
    headers: host.accountHeaders,
  });
  assert.equal(JSON.parse(environment.text)['display_name'], 'box');
  const clients = await ask(`${relay.base}/${paths.environmentClients(host.environmentId)}`, {
    headers: host.accountHeaders,
  });
  assert.deepEqual(
    (JSON.parse(clients.text) as { items: { client_id: string }[] }).items.map(({ client_id }) => client_id),
    [device.clientId],
  );
});

test('every route does what it is for, for each credential that it is for', async (t) => {
  let world = await twoAccounts(t);
  for (const [route, { call, allowed, status }] of Object.entries(rules)) {
    const [method = ''] = route.split(' ');
    for (const name of allowed === 'anybody' ? (['nothing'] as const) : allowed) {
      const { path, body } = await call(world);
      const answer = await ask(`${world.relay.url}${path}`, { method, headers: world.headersOf(name), body });
      assert.equal(answer.status, status, `${route} with ${name}: ${answer.text}`);
      if (method === 'DELETE') world = await twoAccounts(t);
    }
  }
});

test('no list shows what belongs to another account, nor what another device is paired with', async (t) => {
  const { relay, host, device, foreignHost, foreignDevice, headersOf } = await twoAccounts(t);
  const list = async (path: string, name: Parameters<typeof headersOf>[0]) =>
    (await ask(`${relay.base}/${path}`, { headers: headersOf(name) })).text;
  for (const path of [paths.environments, paths.clients]) {
    const [own, foreign] = [await list(path, 'account'), await list(path, 'other account')];
    for (const id of [foreignHost.environmentId, foreignDevice.clientId])
      assert.ok(!own.includes(id), `${path}: ${own}`);
    for (const id of [host.environmentId, device.clientId]) assert.ok(!foreign.includes(id), `${path}: ${foreign}`);
  }
  const paired = JSON.parse(await list(paths.clientEnvironments(device.clientId), 'device')) as {
    items: { env_id: string }[];
  };
  assert.deepEqual(
    paired.items.map(({ env_id }) => env_id),
    [host.environmentId],
  );
});

test('the websockets open for a host with its token and for a device with its own, and for nobody else', async (t) => {
  const { relay, host, device, headersOf } = await twoAccounts(t);
  const version = { 'x-codex-protocol-version': '3' };
  for (const name of credentialNames) {
    const { authorization = '' } = headersOf(name);
    const asHost = await open(socketEndpoint(relay.base, paths.serverSocket), {
      headers: { ...version, authorization, 'x-codex-server-id': host.serverId },
    });
    assert.equal(asHost instanceof Peer, name === 'host', `the host's websocket with ${name}`);
    const asDevice = await open(socketEndpoint(relay.base, paths.clientSocket), {
      headers: { ...version, 'x-codex-client-session-token': authorization, 'x-codex-client-id': device.clientId },
    });
    assert.equal(asDevice instanceof Peer, name === 'device', `the controller's websocket with ${name}`);
  }
});

test('a device that is let in reaches no host that it is not paired with, by no envelope', async (t) => {
  const { relay, device, foreignHost } = await twoAccounts(t);
  const victim = await foreignHost.link(relay.base);
  const link = await device.link(relay.base);
  const { environmentId: env_id } = foreignHost;
  const chunk = { segment_id: 0, segment_count: 2, message_size_bytes: 9, message_chunk_base64: 'QUJD' };
  for (const envelope of [
    device.message('s1', 1),
    { ...device.message('s1', 2), type: 'client_message_chunk', message: undefined, ...chunk },
    { ...device.message('s1', 3), type: 'ping' },
    { ...device.message('s1', 4), type: 'client_closed' },
    { ...device.message('s1', 5), type: 'ack' },
  ])
    link.send({ ...envelope, env_id });
  const told = await link.settled();
  assert.deepEqual([...new Set(told.filter(({ type }) => type === 'pong').map(({ status }) => status))], ['unknown']);
  assert.equal(
    told.some(({ type }) => type === 'ack'),
    false,
  );
  assert.deepEqual(await victim.settled(), []);
});

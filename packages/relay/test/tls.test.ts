import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { ManualClock, TEST_CA_FILE, type TestCertificate, testCertificate } from '@holdfast/testkit';
import { headers, paths, socketEndpoint } from '@holdfast/wire';
import { pino } from 'pino';
import WebSocket from 'ws';
import { type RelayOptions, startRelay } from '../src/index.ts';
import { readCertificatePair } from '../src/tls/certificate.ts';
import { TestHost } from './harness/host.ts';
import { Peer } from './harness/peer.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

const trusted = { ca: [readFileSync(TEST_CA_FILE, 'utf8'), testCertificate('renewed').cert] };

/** A certificate and its key, put in place as whoever renews them does. */
class Files {
  readonly cert: string;
  readonly key: string;

  constructor(t: TestContext, name: TestCertificate) {
    const dir = temporaryFolder(t);
    this.cert = join(dir, 'cert.pem');
    this.key = join(dir, 'key.pem');
    this.putCert(testCertificate(name).cert);
    this.putKey(testCertificate(name).key);
  }

  putCert(text: string): void {
    put(this.cert, text);
  }

  putKey(text: string): void {
    put(this.key, text);
  }
}

function put(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

async function tlsRelay(t: TestContext, name: TestCertificate = 'server', more: Partial<RelayOptions> = {}) {
  const files = new Files(t, name);
  const clock = new ManualClock();
  const logged: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const relay = await relayFor(t, { tls: files, clock, logger, ...more });
  return { files, clock, relay, logged: () => logged.join('') };
}

/** Which certificate a new connection is shown. */
async function shown(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = tlsConnect({ host: hostname, port: Number(port), ...trusted });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

const serialOf = (name: TestCertificate): string => new X509Certificate(testCertificate(name).cert).serialNumber;

async function ask(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const sent = request(url, trusted).end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  assert.ok(response !== undefined);
  let text = '';
  for await (const part of response) text += String(part);
  return { status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> };
}

/** What a port says to somebody who speaks plain text. */
async function saidInTheClear(url: string, words: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(words);
  let said = '';
  for await (const part of socket) said += String(part);
  return said;
}

test('with a certificate the relay speaks TLS, and may listen at every address', async (t) => {
  const { relay } = await tlsRelay(t, 'server', { listen: { host: '0.0.0.0', port: 0 } });
  const url = relay.url.replace('0.0.0.0', 'localhost');
  assert.match(url, /^https:/);
  assert.deepEqual(await ask(`${url}/healthz`), { status: 200, body: { status: 'ok' } });
});

test('a challenge is made for https, and what is older than TLS 1.2 is not spoken', async (t) => {
  const { relay } = await tlsRelay(t);
  const sent = request(`${relay.base}/${paths.claimStart}`, { ...trusted, method: 'POST' }).end('{}');
  const [response]: IncomingMessage[] = await once(sent, 'response');
  let text = '';
  for await (const part of response ?? []) text += String(part);
  assert.equal(JSON.parse(text).device_key_challenge.target_origin, relay.url);
  const { hostname, port } = new URL(relay.url);
  const old = tlsConnect({
    host: hostname,
    port: Number(port),
    ...trusted,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
  });
  await assert.rejects(once(old, 'secureConnect'));
});

test('who speaks plain HTTP to it is told to use https; who speaks nothing known is just closed', async (t) => {
  const { relay } = await tlsRelay(t);
  const answer = await saidInTheClear(relay.url, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.match(answer, /"detail":"This port speaks https.*https_expected/);
  await saidInTheClear(relay.url, 'hello there, this is no protocol at all\r\n').catch(() => '');
  assert.equal((await ask(`${relay.url}/healthz`)).status, 200);
});

test('a renewed certificate is shown to who comes next, and a link that is up stays up', async (t) => {
  const { relay, files, clock } = await tlsRelay(t, 'server', { alsoLocal: true });
  const host = await TestHost.enroll({ ...relay, base: relay.localBase });
  const socket = new WebSocket(socketEndpoint(relay.base, paths.serverSocket), {
    ...trusted,
    headers: {
      authorization: `Bearer ${host.token}`,
      [headers.serverId]: host.serverId,
      [headers.protocolVersion]: '3',
      [headers.installationId]: host.installationId,
    },
  });
  const link = new Peer(socket);
  await once(socket, 'open');
  assert.equal(await shown(relay.url), serialOf('server'));
  files.putCert(testCertificate('renewed').cert);
  files.putKey(testCertificate('renewed').key);
  await clock.advance(10_000);
  assert.equal(await shown(relay.url), serialOf('renewed'));
  await link.settled();
  assert.equal(link.closed, undefined);
});

test('a pair of which only one half has come, or that is broken, leaves the former in place and says so', async (t) => {
  const { relay, files, clock, logged } = await tlsRelay(t);
  assert.deepEqual((await ask(`${relay.url}/readyz`)).body, { status: 'ready' });
  files.putCert(testCertificate('renewed').cert);
  await clock.advance(10_000);
  assert.equal(await shown(relay.url), serialOf('server'));
  const { status, body } = await ask(`${relay.url}/readyz`);
  assert.deepEqual([status, body['status']], [200, 'ready']);
  assert.match(String(body['detail']), /renewed TLS certificate cannot be used; the former one is served, .* 2120-/);
  assert.doesNotMatch(String(body['detail']), /\.pem/);
  assert.match(logged(), /does not belong to the certificate/);
  await clock.advance(60_000);
  assert.equal(logged().match(/cannot be used/g)?.length, 1, 'it is said once');
  files.putKey('nonsense');
  await clock.advance(10_000);
  rmSync(files.key);
  await clock.advance(10_000);
  assert.match(logged(), /holds no private key/);
  assert.match(logged(), /There is no key file/);
  assert.equal(await shown(relay.url), serialOf('server'));
  files.putKey(testCertificate('renewed').key);
  await clock.advance(10_000);
  assert.equal(await shown(relay.url), serialOf('renewed'));
  assert.deepEqual((await ask(`${relay.url}/readyz`)).body, { status: 'ready' });
});

test('an expired certificate is served with a warning, in the log and by /readyz', async (t) => {
  const { relay, logged } = await tlsRelay(t, 'expired', { alsoLocal: true });
  assert.match(logged(), /The TLS certificate expired at 20/);
  const ready = await fetch(new URL('/readyz', relay.localBase));
  assert.match(String(((await ready.json()) as Record<string, unknown>)['detail']), /expired at 20/);
});

test('a certificate that ends within a week, and was not renewed, is warned of in good time', async (t) => {
  const end = Date.UTC(2120, 0, 1);
  const clock = new ManualClock(end - 8 * 24 * 3600_000);
  const { relay, logged } = await tlsRelay(t, 'server', { clock });
  assert.deepEqual((await ask(`${relay.url}/readyz`)).body, { status: 'ready' });
  clock.block(2 * 24 * 3600_000);
  await clock.advance(10_000);
  assert.match(String((await ask(`${relay.url}/readyz`)).body['detail']), /expires at 2120-.* was not renewed yet/);
  assert.match(logged(), /was not renewed yet/);
});

test('what is wrong with the files is said, with what to do, and the relay does not start', async (t) => {
  const server = testCertificate('server');
  const cases: [RegExp, (files: Files) => void][] = [
    [/There is no certificate file .*cert\.pem. Is --tls-cert right\?/, ({ cert }) => rmSync(cert)],
    [/There is no key file .*key\.pem. Is --tls-key right\?/, ({ key }) => rmSync(key)],
    [/does not belong to the certificate/, (files) => files.putKey(testCertificate('renewed').key)],
    [/may read the key in .*key\.pem\. Run: chmod 600 .*key\.pem/, ({ key }) => chmodSync(key, 0o644)],
    [
      /holds no certificate in PEM form\. It holds a key: are --tls-cert and --tls-key exchanged/,
      (files) => files.putCert(server.key),
    ],
    [/holds no private key in PEM form\. It holds a certificate/, (files) => files.putKey(server.cert)],
    [/holds no certificate in PEM form\.$/, (files) => files.putCert('')],
    [
      /is encrypted/,
      (files) => files.putKey('-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END ENCRYPTED PRIVATE KEY-----\n'),
    ],
  ];
  for (const [message, spoil] of cases) {
    const files = new Files(t, 'server');
    spoil(files);
    assert.throws(() => readCertificatePair(files), { code: 'ERR_RELAY_TLS', message });
  }
  const files = new Files(t, 'server');
  rmSync(files.key);
  const dataDir = temporaryFolder(t);
  const listen = { host: '127.0.0.1', port: 0 };
  await assert.rejects(startRelay({ dataDir, listen, tls: files }), { code: 'ERR_RELAY_TLS' });
  await relayFor(t, { dataDir }); // the folder is free again
});

test('a group may read the key, as the groups of certificate renewers do', (t) => {
  const files = new Files(t, 'server');
  chmodSync(files.key, 0o640);
  assert.equal(readCertificatePair(files).validTo, Date.UTC(2120, 0, 1));
});

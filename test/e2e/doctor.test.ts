import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startConnectProxy, startTlsFront, TEST_CA_FILE } from '@holdfast/testkit';
import { PROXIED_RELAY, startBehindProxy } from './support/behind-proxy.ts';
import { startHost, tempDir } from './support/host-process.ts';
import { accountEnv, finish, startRelayProcess } from './support/programs.ts';

interface Told {
  readonly code: number;
  readonly verdicts: Record<string, string>;
  readonly seen: Record<string, string>;
  readonly advice: Record<string, string | null>;
  readonly stdout: string;
}

/** An agent that answers everything. */
const AGENT = [
  process.execPath,
  '-e',
  `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => console.log(JSON.stringify({ id: JSON.parse(line).id, result: {} })))`,
];

async function doctor(
  t: TestContext,
  args: string[],
  { env = {}, agent = AGENT }: { env?: Record<string, string>; agent?: string[] } = {},
): Promise<Told> {
  const home = { HOLDFAST_HOME: tempDir(t) };
  const { code, stdout } = await finish(t, ['doctor', '--json', ...args, '--', ...agent], { env: { ...home, ...env } });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { check?: string; verdict: string; seen: string; advice: string | null });
  const by = <T>(value: (line: (typeof lines)[number]) => T) =>
    Object.fromEntries(lines.flatMap((line) => (line.check === undefined ? [] : [[line.check, value(line)]])));
  return {
    code,
    verdicts: by(({ verdict }) => verdict),
    seen: by(({ seen }) => seen),
    advice: by(({ advice }) => advice),
    stdout,
  };
}

const PASSING = {
  ...{ dns: 'pass', connection: 'pass', tls: 'skipped', http: 'pass', clock: 'pass', websocket: 'pass' },
  ...{ credentials: 'pass', host: 'skipped', agent: 'pass', folder: 'pass', space: 'pass', database: 'pass' },
};

/** This fails, those that need it are skipped, and everything else is as it was. */
function assertFails({ code, verdicts }: Told, name: string, dependents: string[] = [], usual = PASSING): void {
  const skippedNow = Object.fromEntries(dependents.map((dependent) => [dependent, 'skipped']));
  assert.deepEqual(verdicts, { ...usual, ...skippedNow, [name]: 'fail' });
  assert.equal(code, 1);
}

/** Something that answers as the test says where a relay should be. */
async function startOther(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** Answers as a relay does, as far as a doctor asks, but knows no websockets. */
const likeARelay: RequestListener = (request, answer) => {
  const isAsked = request.url?.endsWith('/holdfast/account') === true;
  const isKnown = request.headers.authorization !== undefined;
  answer.writeHead(isAsked ? (isKnown ? 200 : 401) : 404, { 'content-type': 'application/json' });
  answer.end(isAsked && isKnown ? '{"account_id":"acc_1"}' : '{}');
};
const account = { HOLDFAST_ACCOUNT_ID: 'acc_1', HOLDFAST_ACCOUNT_TOKEN: 'hfa_canary-token' };

describe('a doctor', { concurrency: true }, () => {
  test('finds nothing wrong where nothing is, behind a proxy with a private authority, and leaves no trace', async (t) => {
    const { proxy, account: owner, relayData } = await startBehindProxy(t, { credentials: 'me:secret' });
    const env = { ...owner, HTTPS_PROXY: proxy.url };
    const { code, verdicts, seen, stdout } = await doctor(t, ['--relay', PROXIED_RELAY, '--ca-file', TEST_CA_FILE], {
      env,
    });
    assert.deepEqual(verdicts, { ...PASSING, tls: 'pass' });
    assert.equal(code, 0);
    assert.match(String(seen['connection']), /by the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/);
    assert.match(String(seen['tls']), /^relay\.test, signed by Holdfast test CA.*until 2120-01-01.*of --ca-file/);
    for (const secret of ['secret', owner.HOLDFAST_ACCOUNT_TOKEN]) assert.ok(!stdout.includes(secret));
    const environments = await finish(t, ['environments', '--data', relayData, '--json']);
    assert.deepEqual(JSON.parse(environments.stdout), { environments: [] });
    assert.deepEqual([...new Set(proxy.opened)], ['relay.test:443']);
  });

  test('tells a person in sentences, in one order, and says how it ended', async (t) => {
    const relay = await startRelayProcess(t, tempDir(t));
    const env = { HOLDFAST_HOME: tempDir(t), ...account };
    const { code, stdout } = await finish(t, ['doctor', '--relay', relay.url, '--', ...AGENT], { env });
    assert.equal(code, 1);
    const names = stdout.split('\n').flatMap((line) => /^[✓!✗-] (\w+)/.exec(line)?.[1] ?? []);
    assert.deepEqual(names, Object.keys(PASSING));
    assert.match(stdout, /✗ credentials +the relay refuses the account .*\n +→ Make a token where the relay is/);
    assert.match(stdout, /1 failed, 0 to look at, 9 passed, 2 skipped\.\n$/);
  });

  test('a name that nobody knows', async (t) => {
    const told = await doctor(t, ['--relay', 'http://relay.invalid'], { env: account });
    assertFails(told, 'dns', ['connection', 'tls', 'http', 'clock', 'websocket', 'credentials']);
  });

  test('a relay that does not run', async (t) => {
    const url = await startOther(t, likeARelay);
    const gone = await startConnectProxy({ routes: {} });
    const port = gone.port;
    await gone.close();
    const afterIt = ['tls', 'http', 'clock', 'websocket', 'credentials'];
    const told = await doctor(t, ['--relay', `http://127.0.0.1:${port}`], { env: account });
    assertFails(told, 'connection', afterIt);
    assert.match(String(told.seen['connection']), /straight, by no proxy: connect ECONNREFUSED/);

    const env = { ...account, HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '<-loopback>' };
    const proxied = await doctor(t, ['--relay', url], { env });
    assertFails(proxied, 'connection', afterIt);
    assert.match(String(proxied.seen['connection']), /by the proxy .*\(HTTP_PROXY\).*ECONNREFUSED/);
  });

  test('a variable that names no proxy that can be used', async (t) => {
    const env = { ...account, ALL_PROXY: 'socks5://me:canary@127.0.0.1:1080' };
    const told = await doctor(t, ['--relay', 'https://relay.invalid'], { env });
    const usual = { ...PASSING, dns: 'skipped' };
    assertFails(told, 'connection', ['tls', 'http', 'clock', 'websocket', 'credentials'], usual);
    assert.match(String(told.seen['connection']), /ALL_PROXY names a SOCKS proxy/);
    assert.doesNotMatch(told.stdout, /canary/);
  });

  test('a proxy that wants another password', async (t) => {
    const { proxy } = await startBehindProxy(t, { credentials: 'me:secret' });
    const env = { ...account, HTTPS_PROXY: proxy.url.replace('secret', 'canary') };
    const told = await doctor(t, ['--relay', PROXIED_RELAY, '--ca-file', TEST_CA_FILE], { env });
    assertFails(told, 'connection', ['tls', 'http', 'clock', 'websocket', 'credentials']);
    assert.match(String(told.seen['connection']), /407/);
    assert.doesNotMatch(told.stdout, /canary/);
  });

  test('a certificate that is not trusted, has expired, or a file of authorities that is none', async (t) => {
    const url = await startOther(t, likeARelay);
    const afterIt = ['http', 'clock', 'websocket', 'credentials'];
    for (const [certificate, args, words] of [
      ['server', [], /--ca-file/],
      ['expired', ['--ca-file', TEST_CA_FILE], /expired/],
      ['server', ['--ca-file', join(tempDir(t), 'none.pem')], /Name another file/],
    ] as const) {
      const front = await startTlsFront(Number(new URL(url).port), certificate);
      t.after(() => front.close());
      const told = await doctor(t, ['--relay', `https://127.0.0.1:${front.port}`, ...args], { env: account });
      assertFails(told, 'tls', afterIt);
      assert.match(String(told.advice['tls']), words);
    }
  });

  test('something else where the relay should be', async (t) => {
    const url = await startOther(t, (_, answer) =>
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hello</h1>'),
    );
    const told = await doctor(t, ['--relay', url], { env: account });
    assertFails(told, 'http', ['clock', 'websocket', 'credentials']);
  });

  test('a clock that is wrong, and a way that takes no websockets', async (t) => {
    const url = await startOther(t, (request, answer) => {
      answer.setHeader('date', new Date(Date.now() - 86_400_000).toUTCString());
      likeARelay(request, answer);
    });
    const told = await doctor(t, ['--relay', url], { env: account });
    assertFails(told, 'clock', [], { ...PASSING, websocket: 'fail' });
    assert.match(String(told.seen['clock']), /ahead of the relay/);
    assert.match(String(told.seen['websocket']), /404: the upgrade did not reach the relay as one/);
  });

  test('an account that is missing, or another’s', async (t) => {
    const url = await startOther(t, (request, answer) => {
      likeARelay(request, answer);
    });
    const usual = { ...PASSING, websocket: 'fail' };
    assertFails(await doctor(t, ['--relay', url]), 'credentials', [], usual);
    const other = { ...account, HOLDFAST_ACCOUNT_ID: 'acc_2' };
    assertFails(await doctor(t, ['--relay', url], { env: other }), 'credentials', [], usual);
  });

  test('an agent that cannot be started, and one that ends', async (t) => {
    const relay = await startRelayProcess(t, tempDir(t));
    const dead = [process.execPath, '-e', 'console.error("no licence"); process.exit(3)'];
    const usual = { ...PASSING, credentials: 'fail' };
    const told = await doctor(t, ['--relay', relay.url], { env: account, agent: dead });
    assertFails(told, 'agent', [], usual);
    assert.match(String(told.seen['agent']), /exited with code 3; its last words: no licence/);
    assertFails(
      await doctor(t, ['--relay', relay.url], { env: account, agent: ['no-such-agent'] }),
      'agent',
      [],
      usual,
    );
  });

  test('a folder that is none, and a database that is damaged', async (t) => {
    const home = tempDir(t);
    writeFileSync(join(home, 'file'), '');
    const here = { dns: 'skipped', connection: 'skipped', tls: 'skipped', http: 'skipped', clock: 'skipped' };
    const usual = { ...PASSING, ...here, websocket: 'skipped', credentials: 'skipped' };
    assertFails(await doctor(t, ['--data', join(home, 'file')]), 'folder', ['database'], usual);
    const damaged = join(home, 'damaged');
    mkdirSync(damaged, { mode: 0o700 });
    writeFileSync(join(damaged, 'host.db'), 'not a database '.repeat(100), { mode: 0o600 });
    assertFails(await doctor(t, ['--data', damaged]), 'database', [], usual);
  });

  test('beside a host that runs: its relay is looked at, its own words are told, and its folder is left alone', async (t) => {
    const data = tempDir(t);
    const relay = await startRelayProcess(t, data);
    const env = await accountEnv(t, data);
    const dir = join(tempDir(t), 'host');
    const host = startHost(t, { relay: relay.base, dir, env });
    await host.until('the link', ({ status }) => status === 'connected');
    const told = await doctor(t, ['--data', dir], { env });
    assert.deepEqual(told.verdicts, { ...PASSING, host: 'pass' });
    assert.equal(told.seen['host'], 'connected: Connected.');
    assert.match(String(told.seen['database']), /^sound; a host has it open \(process \d+\)$/);
    assert.equal((await host.status()).status, 'connected');
  });
});

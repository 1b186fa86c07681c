import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { type Authority, answer, startAuthority } from '../src/index.ts';

const account = { authorization: 'Bearer the-account' };
let authority: Authority;

beforeEach(async () => {
  authority = await startAuthority();
});
afterEach(() => authority.close());

function post(path: string, body: unknown = {}, headers: Record<string, string> = account, signal?: AbortSignal) {
  const init = { method: 'POST', body: JSON.stringify(body), headers, redirect: 'manual' as const };
  return fetch(`${authority.base}/wham/remote/control/${path}`, signal === undefined ? init : { ...init, signal });
}

interface Identity {
  readonly server_id: string;
  readonly environment_id: string;
  readonly remote_control_token: string;
  readonly expires_at: string;
}

async function enroll(): Promise<Identity> {
  // The authority under test wrote it; its fields are asserted on by the tests themselves.
  return (await (await post('server/enroll')).json()) as Identity;
}

function handshake(identity: Identity, token = identity.remote_control_token): WebSocket {
  return new WebSocket(`${authority.base}/wham/remote/control/server`, {
    headers: {
      authorization: `Bearer ${token}`,
      'x-codex-server-id': identity.server_id,
      'x-codex-protocol-version': '3',
    },
  });
}

function refusal(socket: WebSocket): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    socket.on('open', () => reject(new Error('the handshake succeeded')));
    socket.on('error', () => {});
  });
}

describe('a healthy authority', () => {
  test('issues a token on enroll, another for the same ids on refresh, and pairs with either', async () => {
    const first = await enroll();
    const second = (await (await post('server/refresh', { server_id: first.server_id })).json()) as Identity;
    assert.equal(second.server_id, first.server_id);
    assert.equal(second.environment_id, first.environment_id);
    assert.notEqual(second.remote_control_token, first.remote_control_token);
    const pair = await post(
      'server/pair',
      { manual_code: true },
      { authorization: `Bearer ${second.remote_control_token}` },
    );
    assert.equal(pair.status, 200);
    assert.deepEqual(
      authority.requests.map(({ endpoint, credential, answer }) => ({ endpoint, credential, answer })),
      [
        { endpoint: 'enroll', credential: 'account', answer: 'healthy' },
        { endpoint: 'refresh', credential: 'account', answer: 'healthy' },
        { endpoint: 'pair', credential: 'token-2', answer: 'healthy' },
      ],
    );
    assert.doesNotMatch(JSON.stringify(authority.requests), /the-account|rct_/);
  });

  test('says whether a pairing code was claimed', async () => {
    const { remote_control_token } = await enroll();
    const server = { authorization: `Bearer ${remote_control_token}` };
    const { manual_pairing_code } = (await (await post('server/pair', { manual_code: true }, server)).json()) as {
      manual_pairing_code: string;
    };
    const claimed = async () => (await post('server/pair/status', { manual_pairing_code }, server)).json();
    assert.deepEqual(await claimed(), { claimed: false });
    authority.registry.claim(manual_pairing_code);
    assert.deepEqual(await claimed(), { claimed: true });
    assert.equal((await post('server/pair/status', { manual_pairing_code: 'NONE-SUCH' }, server)).status, 404);
  });

  test('lists the controllers of an environment by pages, and revokes one', async () => {
    const { environment_id } = await enroll();
    authority.registry.clients.push({ client_id: 'cli_1' }, { client_id: 'cli_2' }, { client_id: 'cli_3' });
    const clients = `${authority.base}/wham/remote/control/environments/${environment_id}/clients`;
    const page = async (query: string) => (await fetch(`${clients}${query}`, { headers: account })).json();
    assert.deepEqual(await page('?limit=2'), { items: [{ client_id: 'cli_1' }, { client_id: 'cli_2' }], cursor: '2' });
    assert.deepEqual(await page('?limit=2&cursor=2'), { items: [{ client_id: 'cli_3' }], cursor: null });
    assert.equal((await fetch(`${clients}/cli_2`, { method: 'DELETE', headers: account })).status, 200);
    assert.deepEqual(await page(''), { items: [{ client_id: 'cli_1' }, { client_id: 'cli_3' }], cursor: null });
    assert.equal((await fetch(clients)).status, 401);
    assert.equal((await fetch(clients.replace(environment_id, 'env_other'), { headers: account })).status, 404);
  });

  test('refuses a token that expired, was revoked, or is an account token, on pair and on the websocket', async () => {
    authority.registry.tokenLifeSeconds = 0;
    const identity = await enroll();
    const expired = { authorization: `Bearer ${identity.remote_control_token}` };
    assert.equal((await post('server/pair', {}, expired)).status, 401);
    assert.equal((await post('server/pair')).status, 401);
    assert.equal(await refusal(handshake(identity)), 401);
    authority.registry.tokenLifeSeconds = 60;
    const other = await enroll();
    authority.registry.revokeTokens();
    assert.equal(await refusal(handshake(other)), 401);
    authority.registry.forgetServers();
    assert.equal(await refusal(handshake(other)), 404);
  });

  test('holds one link per server, acks what carries a seq, and lets a test speak to the host', async () => {
    const identity = await enroll();
    const socket = handshake(identity);
    const received: unknown[] = [];
    socket.on('message', (data) => {
      const envelope = JSON.parse(String(data));
      received.push(envelope);
      if (envelope.type !== 'client_message') return;
      const { client_id, stream_id, message } = envelope;
      const reply = { id: message.id, result: 'done' };
      socket.send(JSON.stringify({ type: 'server_message', message: reply, client_id, stream_id, seq_id: 1 }));
    });
    const link = await authority.waitForLink();
    assert.equal(link.credential, 'token-1');
    const stream = authority.openStream();
    assert.equal((await stream.request('anything')).result, 'done');
    const replaced = new Promise<number>((resolve) => socket.on('close', resolve));
    const successor = handshake(identity);
    assert.equal(await replaced, 1000);
    await authority.waitForLink(2);
    assert.equal(authority.links.length, 1);
    const acks = received.filter((envelope) => typeof envelope === 'object' && envelope !== null && 'type' in envelope);
    assert.deepEqual(acks.at(-1), { type: 'ack', client_id: stream.clientId, stream_id: stream.streamId, seq_id: 1 });
    const cut = new Promise<number>((resolve) => successor.on('close', resolve));
    authority.link?.cut();
    successor.on('error', () => {});
    assert.equal(await cut, 1006);
  });
});

describe('a scripted authority', () => {
  test('gives the script one by one, then the standing answer', async () => {
    authority.set('enroll', answer.reply(503));
    authority.script('enroll', [answer.reply(429, { retryAfter: 7 }), answer.healthy()]);
    const first = await post('server/enroll');
    assert.deepEqual([first.status, first.headers.get('retry-after')], [429, '7']);
    assert.equal((await post('server/enroll')).status, 200);
    assert.equal((await post('server/enroll')).status, 503);
    assert.equal(authority.counts('enroll'), 3);
    assert.equal(first.headers.get('x-request-id'), authority.requests[0]?.requestId);
  });

  test('can date a Retry-After from its own clock', async () => {
    authority.set('refresh', answer.reply(429, { retryAfter: { dateInSeconds: 90 } }));
    const { headers } = await post('server/refresh');
    assert.equal(
      Date.parse(headers.get('retry-after') ?? '') - Date.parse(headers.get('date') ?? ''),
      90_000,
      'both are whole seconds',
    );
  });

  test('can answer with foreign ids, an absurd expiry, cut JSON, a page, nothing, or a redirect', async () => {
    authority.script('enroll', [
      answer.foreignIds(),
      answer.expiresAt('yesterday'),
      answer.malformed(),
      answer.notFound('html'),
      answer.notFound('empty'),
      answer.redirect('http://127.0.0.1:1/'),
    ]);
    assert.equal((await enroll()).server_id, 'srv_foreign');
    assert.equal((await enroll()).expires_at, 'yesterday');
    await assert.rejects(enroll, SyntaxError);
    assert.match((await post('server/enroll')).headers.get('content-type') ?? '', /html/);
    assert.equal(await (await post('server/enroll')).text(), '');
    assert.equal((await post('server/enroll')).status, 302);
  });

  test('can reset the connection', async () => {
    authority.set('enroll', answer.reset());
    await assert.rejects(() => post('server/enroll'), { message: 'fetch failed' });
  });

  test('can say nothing, or stop in the middle of a body, until the other side gives up', async () => {
    authority.set('refresh', answer.hang());
    const silent = new AbortController();
    const request = post('server/refresh', {}, account, silent.signal);
    await authority.waitForRequests('refresh', 1);
    silent.abort();
    await assert.rejects(request, { name: 'AbortError' });

    authority.set('refresh', answer.stall());
    const stalled = new AbortController();
    const response = await post('server/refresh', {}, account, stalled.signal);
    assert.equal(response.status, 200);
    const body = response.text();
    stalled.abort();
    await assert.rejects(body, { name: 'AbortError' });
  });

  test('can hold an answer back until the test lets it go', async () => {
    const gate = Promise.withResolvers<void>();
    authority.set('enroll', answer.healthy({ after: gate.promise }));
    let settled = false;
    const response = post('server/enroll').finally(() => {
      settled = true;
    });
    await authority.waitForRequests('enroll', 1);
    assert.equal(settled, false);
    gate.resolve();
    assert.equal((await response).status, 200);
  });

  test('can refuse a websocket handshake with any status and headers', async () => {
    const identity = await enroll();
    authority.set('websocket', answer.reply(503, { retryAfter: 3 }));
    const socket = handshake(identity);
    const retryAfter = await new Promise((resolve) => {
      socket.on('unexpected-response', (request, response) => {
        resolve(`${response.statusCode} ${response.headers['retry-after']}`);
        request.destroy();
      });
      socket.on('error', () => {});
    });
    assert.equal(retryAfter, '503 3');
  });

  test('a wait in vain says what was seen', async () => {
    await post('server/enroll');
    await assert.rejects(authority.waitForLink(1, { timeoutMs: 1 }), /host websocket 1, in vain.*enroll \(healthy\)/);
  });
});

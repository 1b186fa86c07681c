import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paths } from '@holdfast/wire';
import { ask } from '../../packages/relay/test/harness/ask.ts';
import { open, Peer } from '../../packages/relay/test/harness/peer.ts';
import { relayFor } from '../../packages/relay/test/harness/relay.ts';
import { routesOf } from './routes.ts';

const WEBSOCKETS = [paths.serverSocket, paths.clientSocket].map((path) => `/backend-api/${path}`);
const HARMLESS = ['GET', 'HEAD'];

const required = {
  'cache-control': /^no-store$|^no-cache$/,
  'content-security-policy': /^default-src 'none'.*frame-ancestors 'none'/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'referrer-policy': /^no-referrer$/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'x-request-id': /^req_[0-9a-f]{32}$/,
};

function assertSafe(what: string, headers: Record<string, string | string[] | undefined>): void {
  for (const [name, form] of Object.entries(required)) assert.match(String(headers[name]), form, `${what}: ${name}`);
  assert.equal(headers['access-control-allow-origin'], undefined, what);
  assert.equal(headers['set-cookie'], undefined, what);
  assert.equal(headers['x-powered-by'], undefined, what);
}

/** A request for each route, with an id where the route wants one, and for what is no route. */
function* everyRequest(t: Parameters<typeof routesOf>[0]): Generator<{ method: string; path: string }> {
  for (const route of [...routesOf(t), 'GET /nowhere', 'POST /backend-api/nowhere']) {
    const [method = '', path = ''] = route.split(' ');
    yield { method, path: path.replace(/:\w+/g, 'some-id') };
  }
}

test('every answer, a success, an error or a refusal, carries the policy that lets no page use it', async (t) => {
  const { url } = await relayFor(t);
  for (const { method, path } of everyRequest(t)) {
    const answer = await ask(`${url}${path}`, { method });
    assertSafe(`${method} ${path}, ${answer.status}`, answer.headers);
  }
  for (const path of WEBSOCKETS) {
    const refused = await open(`${url.replace('http', 'ws')}${path}`);
    assert.ok(!(refused instanceof Peer));
    assertSafe(`handshake ${path}, ${refused.status}`, refused.headers);
  }
});

test('no route answers by a name that is not its own, and the refusal is as safe as any answer', async (t) => {
  const { url } = await relayFor(t);
  const host = `evil.example:${new URL(url).port}`;
  for (const { method, path } of everyRequest(t)) {
    const answer = await ask(`${url}${path}`, { method, headers: { host } });
    assert.equal(answer.status, 421, `${method} ${path}`);
    assertSafe(`${method} ${path}`, answer.headers);
  }
  for (const path of WEBSOCKETS) {
    const refused = await open(`${url.replace('http', 'ws')}${path}`, { headers: { host } });
    assert.ok(!(refused instanceof Peer) && refused.status === 421, path);
  }
});

test('no route that does something, and no websocket, is there for a page of another origin', async (t) => {
  const { url } = await relayFor(t);
  const origins = [
    'https://evil.example',
    'http://127.0.0.1:1',
    'http://localhost:7420',
    'null',
    'file://',
    `${url}.evil.example`,
  ];
  for (const origin of origins) {
    for (const { method, path } of everyRequest(t)) {
      if (HARMLESS.includes(method)) continue;
      const answer = await ask(`${url}${path}`, { method, headers: { origin } });
      assert.equal(answer.status, 403, `${method} ${path} from ${origin}`);
      assertSafe(`${method} ${path}`, answer.headers);
    }
    for (const path of WEBSOCKETS) {
      const refused = await open(`${url.replace('http', 'ws')}${path}`, { headers: { origin } });
      assert.ok(!(refused instanceof Peer) && refused.status === 403, `${path} from ${origin}`);
    }
  }
});

test('no preflight of another origin is answered with a permission', async (t) => {
  const { url } = await relayFor(t);
  for (const { path } of everyRequest(t)) {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await ask(`${url}${path}`, { method: 'OPTIONS', headers });
    assert.ok(answer.status >= 400, path);
    assertSafe(`OPTIONS ${path}`, answer.headers);
  }
});

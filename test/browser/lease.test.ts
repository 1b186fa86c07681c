import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { missingBrowser, openBrowser } from './support/chromium.ts';

const sources = new URL('../../packages/lease/src/', import.meta.url);

/** Serves the lease as it is, its types taken off, and a token endpoint that says 429 after its first answer. */
async function serve(): Promise<{ url: string; refreshes: () => number; close: () => void }> {
  let refreshes = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/token') {
      refreshes += 1;
      if (refreshes > 1) response.writeHead(429, { 'retry-after': '60' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"t1","lifeMs":1500}');
    } else if (/^\/[\w-]+\.ts$/.test(path)) {
      const source = readFileSync(new URL(`.${path}`, sources), 'utf8');
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(stripTypeScriptTypes(source));
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>lease</title>');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, refreshes: () => refreshes, close };
}

/** Runs in the page. As text, since it is not this program's. */
const story = `(async () => {
  const { Lease, httpRefresh } = await import('/index.ts');
  const lease = new Lease({
    refresh: httpRefresh({
      request: ({ signal }) => fetch('/token', { signal, redirect: 'manual' }),
      parse: (body, { serverNow }) => ({ token: body.token, expiresAt: serverNow + body.lifeMs }),
    }),
  });
  const grants = await Promise.all(Array.from({ length: 20 }, () => lease.acquire()));
  const tokens = [...new Set(grants.map((grant) => grant.token))];
  await new Promise((resolve) => setTimeout(resolve, 2_600)); // the server's Date has whole seconds
  const refusals = await Promise.all(Array.from({ length: 20 }, () => lease.acquire().then(() => null, (error) => error.code)));
  const again = await lease.acquire().catch((error) => error);
  return { tokens, refusals: [...new Set(refusals)], code: again.code, wait: again.retryAt - Date.now() };
})()`;

test('the lease runs in a browser as it does in Node', { skip: missingBrowser() }, async (t) => {
  const { url, refreshes, close } = await serve();
  t.after(close);
  const page = await (await openBrowser(t)).newPage();
  await page.goto(url);
  const told = (await page.evaluate(story)) as { tokens: string[]; refusals: string[]; code: string; wait: number };
  assert.deepEqual(told.tokens, ['t1'], 'twenty callers, one token');
  assert.deepEqual(told.refusals, ['ERR_LEASE_TRANSIENT'], 'twenty callers, one refusal');
  assert.equal(told.code, 'ERR_LEASE_DEFERRED');
  assert.ok(told.wait > 50_000 && told.wait < 70_000, `the next try is ${told.wait} ms away`);
  assert.equal(refreshes(), 2);
});

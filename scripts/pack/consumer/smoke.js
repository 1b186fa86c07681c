// Runs the compiled parts against a server on loopback: `node smoke.js consumer oauth`. Plain JavaScript, for Node, Bun and Deno.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const TOKEN = '{"access_token":"token-1","token_type":"Bearer","expires_in":3600}';

async function answer(request, response) {
  const body = await text(request);
  if (request.url === '/token') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(TOKEN);
  } else if (request.headers.authorization !== 'Bearer token-1') {
    response.writeHead(401).end();
  } else if (request.url === '/moved') {
    response.writeHead(307, { location: '/resource' }).end();
  } else {
    response.writeHead(200).end(body);
  }
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
const origin = `http://127.0.0.1:${port}`;

const EXPECTED = {
  consumer: ['refresh 1', 'fresh true', '200 hello', '307', 'ERR_LEASE_UNAUTHORIZED'],
  oauth: ['token-1'],
  sqlite: ['deferred', 'shared'],
};
for (const part of process.argv.slice(2)) {
  const { consume } = await import(`./${part}.js`);
  assert.deepEqual(await consume(origin), EXPECTED[part], part);
}
server.close();
server.closeAllConnections();

// Runs the compiled parts against a server on loopback: `node smoke.js consumer oauth`. Plain JavaScript, for Node, Bun and Deno.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';

const server = createServer((request, response) => {
  request.resume();
  const isToken = request.url === '/token';
  const isWelcome = isToken || request.headers.authorization === 'Bearer token-1';
  response.writeHead(isWelcome ? 200 : 401, { 'content-type': 'application/json' });
  response.end(isToken ? '{"access_token":"token-1","token_type":"Bearer","expires_in":3600}' : '{}');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
const origin = `http://127.0.0.1:${port}`;

const EXPECTED = {
  consumer: ['refresh 1', 'fresh true', '200', 'ERR_LEASE_UNAUTHORIZED'],
  oauth: ['token-1'],
  sqlite: ['deferred', 'shared'],
};
for (const part of process.argv.slice(2)) {
  const { consume } = await import(`./${part}.js`);
  assert.deepEqual(await consume(origin), EXPECTED[part], part);
}
server.close();
server.closeAllConnections();

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listen } from './http-server.ts';
import { readExamples } from './readme-examples.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const examples = readExamples(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));

// Inside the checkout, so that the package is found by its name, and in a place that is not committed.
mkdirSync(join(root, '.cache'), { recursive: true });
const folder = mkdtempSync(join(root, '.cache/readme-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What `./sdk.ts` stands for in the manual. */
const SDK = `
export class SdkError extends Error {
  readonly status: number = 500;
  readonly retryAfterMs: number | undefined;
}
export const sdk = {
  getToken: async (_options: { signal: AbortSignal }) => ({ accessToken: 'secret', expiresOn: new Date(Date.now() + 60_000) }),
};
`;

const TSCONFIG = {
  extends: join(root, 'tsconfig.base.json'),
  compilerOptions: { types: ['node'], noPropertyAccessFromIndexSignature: false, noUnusedLocals: false },
  include: ['*.ts'],
};

const auth = await listen({ after });
auth.answer = ({ path }, response) => {
  const token = `token-${auth.received.length}`;
  if (path === '/busy') {
    response.writeHead(503, { 'retry-after': '60', 'x-request-id': 'req-1' }).end();
  } else if (path === '/token') {
    response.end(JSON.stringify({ token, expires_in: 3600 }));
  } else if (path === '/oauth/token') {
    response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 }));
  } else {
    response.writeHead(404).end();
  }
};

const api = await listen({ after });
api.answer = ({ method, path, headers }, response) => {
  const isWelcome = /^(Bearer )?token-\d+$/.test(headers.authorization ?? String(headers['x-token']));
  const status = method === 'POST' ? 201 : 200;
  response.writeHead(path === '/reports' && isWelcome ? status : 401).end();
};

for (const { name, code } of examples) {
  const local = code.replaceAll('https://auth.example', auth.origin).replaceAll('https://api.example', api.origin);
  writeFileSync(join(folder, `${name}.ts`), local);
}
writeFileSync(join(folder, 'sdk.ts'), SDK);
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));

test('every example of the manual compiles', async () => {
  const checked = run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
  await checked.catch(({ stdout }) => assert.fail(stdout));
});

for (const { name, prints } of examples) {
  test(`the example "${name}" of the manual runs, prints what it says, and ends`, async () => {
    const env = { ...process.env, CLIENT_SECRET: 'secret' };
    const { stdout } = await run(process.execPath, [join(folder, `${name}.ts`)], { env, timeout: 20_000, cwd: folder });
    assert.deepEqual(stdout.split('\n').slice(0, -1), prints);
  });
}

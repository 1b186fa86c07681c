import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { pageRoutes } from '../src/http/page.ts';

const SCRIPT = `${'let held = 1;'.repeat(200)}\n`;

function builtPage(t: TestContext): string {
  const folder = emptyFolder(t);
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Page</title>');
  writeFileSync(join(folder, 'assets', 'index-AbCd12_3.js'), SCRIPT);
  writeFileSync(join(folder, '.stamp'), 'not for anybody');
  writeFileSync(join(folder, 'notes.md'), 'not for anybody');
  return folder;
}

describe('the page', () => {
  test('is served at / under a policy without inline script, style or any other origin', async (t) => {
    const answer = await pageRoutes(builtPage(t)).request('/');
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<title>Page/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.match(policy, /default-src 'none'/);
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
  });

  test('names its assets by their content, which may be kept for ever and come compressed', async (t) => {
    const routes = pageRoutes(builtPage(t));
    const answer = await routes.request('/assets/index-AbCd12_3.js', { headers: { 'accept-encoding': 'gzip, br' } });
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    assert.equal(gunzipSync(await answer.arrayBuffer()).toString(), SCRIPT);
    const plain = await routes.request('/assets/index-AbCd12_3.js');
    assert.equal(plain.headers.get('content-encoding'), null);
    assert.equal(await plain.text(), SCRIPT);
  });

  test('is not sent again to who has it', async (t) => {
    const routes = pageRoutes(builtPage(t));
    const etag = (await routes.request('/')).headers.get('etag') ?? '';
    const again = await routes.request('/', { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), '');
  });

  test('has no other file of its folder, nor of another', async (t) => {
    const routes = pageRoutes(builtPage(t));
    for (const path of ['/.stamp', '/notes.md', '/..%2f..%2fetc%2fpasswd', '/assets/']) {
      assert.equal((await routes.request(path)).status, 404, path);
    }
  });

  test('that was not built says so, and what works without it', async (t) => {
    const answer = await pageRoutes(emptyFolder(t)).request('/');
    assert.match(await answer.text(), /was not built[\s\S]*holdfast attach/);
    assert.match(await (await pageRoutes(undefined).request('/')).text(), /was not built/);
  });
});

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hf-page-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

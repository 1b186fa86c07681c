import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stockCodexPath } from '@holdfast/testkit';
import { missingBrowser } from '../browser/support/chromium.ts';
import { decide, pairByAddress, send, startUp, textOf, watchedPage } from '../browser/support/visit.ts';
import { tempDir } from '../e2e/support/host-process.ts';
import { startModelStandIn } from './support/model-stand-in.ts';

test('the page drives a stock codex: a command that is allowed, an answer, the thread found again', {
  skip: missingBrowser(),
}, async (t) => {
  const model = await startModelStandIn(t);
  const home = tempDir(t);
  const folder = tempDir(t);
  writeFileSync(
    join(home, 'config.toml'),
    `model = "stand-in"\nmodel_provider = "local"\n[model_providers.local]\nname = "local"\nbase_url = "${model.url}"\nwire_api = "responses"\n`,
  );
  const codex = await stockCodexPath();
  const up = await startUp(t, ['--', 'env', '-C', folder, `CODEX_HOME=${home}`, codex, 'app-server']);
  const page = await watchedPage(t, up.url);
  await pairByAddress(page, up);
  await page.getByText('codex 0.169.0').waitFor();

  await send(page, 'prove it');
  await page.getByText('May I write the proof?').waitFor();
  await decide(page, 'Allow once');
  await page.locator('.answer strong', { hasText: 'held-fast' }).waitFor();
  assert.equal(readFileSync(join(folder, 'proof.txt'), 'utf8'), 'held-fast\n');
  assert.equal(await textOf(page.getByLabel('Output')), 'held-fast\n');
  assert.equal(await page.locator('.said').count(), 1, 'the message came back by its own id');
  await page.getByRole('button', { name: 'Send' }).waitFor();

  await page.reload();
  await page.locator('.answer strong', { hasText: 'held-fast' }).waitFor();
  assert.match(await textOf(page.locator('.step')), /echo held-fast[\s\S]*Done/);
});

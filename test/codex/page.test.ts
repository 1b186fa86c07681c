import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stockCodexPath } from '@holdfast/testkit';
import { missingBrowser } from '../browser/support/chromium.ts';
import { decide, pairByAddress, send, startUp, textOf, watchedPage } from '../browser/support/visit.ts';
import { tempDir } from '../e2e/support/host-process.ts';
import { startModelStandIn } from './support/model-stand-in.ts';
import { startStockHost } from './support/stock-host.ts';

test('the page drives a stock codex: a command and a patch that are allowed, a page that is opened anew, the thread found again', {
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
  await page.reload(); // the stream is taken up, and codex asks anew by the same id
  await page.getByText('May I write the proof?').waitFor();
  await decide(page, 'Allow once');
  await page.locator('.answer strong', { hasText: 'held-fast' }).waitFor();
  assert.equal(readFileSync(join(folder, 'proof.txt'), 'utf8'), 'held-fast\n');
  assert.equal(await textOf(page.getByLabel('Output')), 'held-fast\n');
  assert.equal(await page.locator('.said').count(), 1, 'the message came back by its own id');
  await page.getByRole('button', { name: 'Send' }).waitFor();

  await send(page, 'write a patch');
  await page.getByRole('heading', { name: 'May it change these files?' }).waitFor();
  await page.locator('.approval .diff-line[data-sign="+"]', { hasText: 'written by a patch' }).waitFor();
  await decide(page, 'Allow once');
  await page.locator('.diff-line[data-sign="+"]', { hasText: 'written by a patch' }).first().waitFor();
  await page.getByRole('button', { name: 'Send' }).waitFor();
  assert.equal(readFileSync(join(folder, 'notes.md'), 'utf8'), '# Notes\nwritten by a patch\n');

  await page.reload();
  await page.locator('.answer strong', { hasText: 'held-fast' }).first().waitFor();
  assert.match(await textOf(page.locator('.step').first()), /echo held-fast[\s\S]*Done/);
});

test('the page says of a stock host that it does not tell of its lease, and talks to it all the same', {
  skip: missingBrowser(),
}, async (t) => {
  const { codex, relay } = await startStockHost(t);
  const { manualPairingCode } = (await codex.rpc('remoteControl/pairing/start', { manualCode: true })) as {
    manualPairingCode: string;
  };
  const page = await watchedPage(t, relay.url);
  await pairByAddress(page, { url: relay.url, code: manualPairingCode });
  await page.getByText(/0\.169\.0/).waitFor();
  await page.getByRole('button', { name: 'Machines' }).click();
  await page.getByText('Its host is a stock codex or an older one').waitFor();
  assert.equal(await page.locator('.lease-chart').count(), 0);
});

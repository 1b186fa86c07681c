import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingBrowser } from './support/chromium.ts';
import { startDrillRelay } from './support/drill-relay.ts';
import { assertAccessible, assertFits, shoot } from './support/looks.ts';
import { pairByAddress, pairedPage, scriptedAgent, send, textOf, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

describe('a drill', { skip, concurrency: 2 }, () => {
  test('is started on the page, which shows how the lease holds on, until when, and how it recovers', async (t) => {
    const relay = await startDrillRelay(t, { tokenLife: 45, agent: scriptedAgent.slice(1) });
    const page = await watchedPage(t, relay.url);
    await pairByAddress(page, relay);
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByText('All is well.').waitFor();
    await page.getByLabel('and says: come back in').selectOption('10 s');
    await page.getByRole('button', { name: 'Start the drill' }).click();
    await page.getByText(/The relay answers 502.*\(renewing tokens\)/).waitFor();

    // it asks at a random moment of the last third of the token's life
    const chart = page.locator('.lease-chart');
    const holding = page.locator('.lease-chart[aria-label^="Holding on."]');
    await holding.waitFor({ timeout: 60_000 });
    assert.match(
      (await holding.getAttribute('aria-label')) ?? '',
      /^Holding on\. The relay answered 502 .*asks again at \d\d:\d\d:\d\d; its token is good until \d\d:\d\d:\d\d\.$/,
    );
    assert.ok((await chart.locator('.ask-bad').count()) >= 1, 'the request that failed');
    assert.ok((await chart.locator('.bar-pause').count()) >= 1, 'the time in which nothing is asked');
    assert.equal(await chart.locator('.bar-link').count(), 1, 'the link was never lost');
    await page.getByText('What this means, and what happened').click();
    assert.match(await textOf(page.locator('.happenings')), /no token \(502\)[\s\S]*asks nothing until \d\d:/);

    await page.getByRole('button', { name: 'Open studio' }).click();
    await send(page, 'still there?');
    await page.getByText('echo: still there?').waitFor();
    await page.getByRole('button', { name: 'Machines' }).click();

    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.locator('.drills').waitFor({ state: 'detached' });
    await page.getByText('All is well.').waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('.lease-chart .bar-pause').count(), 1);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is complete for a screen reader and fits 320 px, ${colorScheme}`, async (t) => {
      const relay = await startDrillRelay(t, { tokenLife: 60 });
      const page = await watchedPage(t, relay.url, { width: 320, height: 640, colorScheme, touch: true });
      await page.goto(`${relay.url}/#${relay.code}`);
      await page.getByRole('button', { name: 'Machines' }).click();
      await page.getByRole('heading', { name: 'Rehearse a bad day' }).waitFor();
      await page.getByLabel('The relay').selectOption('cut-links');
      await page.getByRole('button', { name: 'Start the drill' }).click();
      await page.getByText(/The relay cuts connections/).waitFor();
      await page.getByText('Not connected').first().waitFor(); // and the drill is still there to be stopped
      await page.getByRole('button', { name: 'Stop it' }).waitFor();
      assert.equal(await page.getByLabel('The relay').inputValue(), 'cut-links');
      await assertFits(page, 'drill');
      await assertAccessible(page, 'drill');
      await shoot(page, `${colorScheme}-drill`);
    });
  }

  test('is not offered by a relay that allows none', async (t) => {
    const { page } = await pairedPage(t);
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByText('All is well.').waitFor();
    assert.equal(await page.getByText('Rehearse a bad day').count(), 0);
  });
});

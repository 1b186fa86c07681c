import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingBrowser } from './support/chromium.ts';
import { startDrillRelay } from './support/drill-relay.ts';
import { pairByAddress, pairedPage, scriptedAgent, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

describe('the machines', { skip, concurrency: 2 }, () => {
  test('one that is stopped is offline, since when and why; what was known of its lease is told as past', async (t) => {
    const { host, ...relay } = await startDrillRelay(t, { tokenLife: 3_600, agent: scriptedAgent.slice(1) });
    const page = await watchedPage(t, relay.url);
    await pairByAddress(page, relay);
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByText(/^Online, answered/).waitFor();
    await page.getByText('All is well.').waitFor();
    await host.stop();
    await page.getByText(/^Offline for .*, since \d\d:\d\d/).waitFor({ timeout: 40_000 });
    await page.getByText('The host closed its link').waitFor();
    await page.getByText(/^As it was at \d\d:\d\d:\d\d:/).waitFor();
  });

  test('are followed only while they are seen, and no agent runs for that', async (t) => {
    const { host, ...relay } = await startDrillRelay(t, { tokenLife: 3_600, agent: scriptedAgent.slice(1) });
    const page = await watchedPage(t, relay.url);
    await pairByAddress(page, relay);
    const streams = async () => (await host.status()).streams.map(({ management }) => management).sort();
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByText('All is well.').waitFor();
    assert.deepEqual(await streams(), [false, true], 'the conversation, and the look');
    await page.getByRole('button', { name: 'Open studio' }).click();
    await host.until('the look to end', ({ streams: open }) => open.length === 1 && open[0]?.management === false);
  });

  test('are reached by the keyboard, and each view tells by its heading and title where one is', async (t) => {
    const { page } = await pairedPage(t);
    const where = () =>
      page.evaluate(`[document.activeElement.tagName, document.activeElement.textContent, document.title]`);
    await page.getByRole('button', { name: 'Machines' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Machines' }).waitFor();
    assert.deepEqual(await where(), ['H1', 'Machines', 'Machines · Holdfast']);
    await page.getByRole('button', { name: 'Devices of studio' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Devices of studio' }).waitFor();
    assert.deepEqual(await where(), ['H1', 'Devices of studio', 'Devices of studio · Holdfast']);
  });
});

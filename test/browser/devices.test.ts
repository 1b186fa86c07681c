import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingBrowser } from './support/chromium.ts';
import { anotherCode, pairByAddress, pairedPage, startUp, watchedPage } from './support/visit.ts';

const skip = missingBrowser();
const MAY_REVOKE = ['--controllers-may', 'remoteControl/client/revoke'];

describe('the devices of a machine', { skip, concurrency: 2 }, () => {
  test('are listed, this one marked; it is renamed, and removes another, which is cut off at once', async (t) => {
    const up = await startUp(t, MAY_REVOKE);
    const lost = await watchedPage(t, up.url);
    await pairByAddress(lost, up);
    const page = await watchedPage(t, up.url);
    await pairByAddress(page, { url: up.url, code: await anotherCode(t, up) });
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByRole('button', { name: 'Devices of studio' }).click();
    const cards = page.getByRole('listitem');
    await page.getByText('This device', { exact: true }).waitFor();
    assert.equal(await cards.count(), 2);

    await page.getByRole('button', { name: /^Rename/ }).click();
    await page.getByLabel('New name').fill('kitchen tablet');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'kitchen tablet' }).waitFor();

    await page.getByRole('button', { name: /^Remove / }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await lost.getByText('This device was removed from studio').waitFor();
    await cards.nth(1).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByText('This device is “kitchen tablet”').waitFor();
    await page.reload();
    await page.getByText('This device is “kitchen tablet”').waitFor();
  });

  test('cannot be removed by one that may not, which says who may', async (t) => {
    const up = await startUp(t);
    const other = await watchedPage(t, up.url);
    await pairByAddress(other, up);
    const page = await watchedPage(t, up.url);
    await pairByAddress(page, { url: up.url, code: await anotherCode(t, up) });
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByRole('button', { name: 'Devices of studio' }).click();
    await page.getByText('This device may not remove others').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Remove / }).count(), 0);
  });

  test('lose one that is forgotten on its own page', async (t) => {
    const { page, up } = await pairedPage(t);
    const other = await watchedPage(t, up.url);
    await pairByAddress(other, { url: up.url, code: await anotherCode(t, up) });
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByRole('button', { name: 'Forget studio' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText('No machine is paired with this browser yet.').waitFor();
    await other.getByRole('button', { name: 'Machines' }).click();
    await other.getByRole('button', { name: 'Devices of studio' }).click();
    await other.getByText('This device', { exact: true }).waitFor();
    assert.equal(await other.getByRole('listitem').count(), 1);
  });
});

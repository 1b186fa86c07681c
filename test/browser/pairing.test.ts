import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONTROL_SOCKET } from '@holdfast/host';
import { LocalSocketClient } from '@holdfast/local-socket';
import { missingBrowser, openBrowser } from './support/chromium.ts';
import { pairedPage, startUp, textOf, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

describe('pairing in a browser', { skip, concurrency: 2 }, () => {
  test('by the address of the QR: the code leaves the address bar, the key cannot leave the browser', async (t) => {
    const { page, up } = await pairedPage(t);
    assert.equal(page.url(), `${up.url}/`);
    const kept = await page.evaluate(`new Promise((resolve, reject) => {
      const open = indexedDB.open('holdfast');
      open.onsuccess = () => {
        const all = open.result.transaction('pairings').objectStore('pairings').getAll();
        all.onsuccess = () => {
          const [{ deviceKey, ...rest }] = all.result;
          crypto.subtle.exportKey('pkcs8', deviceKey.privateKey).then(
            () => reject(new Error('the key was exported')),
            (error) => resolve({ why: error.name, extractable: deviceKey.privateKey.extractable, rest: JSON.stringify(rest) }),
          );
        };
      };
    })`);
    const { why, extractable, rest } = kept as { why: string; extractable: boolean; rest: string };
    assert.deepEqual([why, extractable], ['InvalidAccessError', false]);
    assert.doesNotMatch(rest, /hfc_|token/);

    await page.reload();
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByRole('heading', { name: 'Machines' }).waitFor();
    await page.getByText('Online').waitFor();
    assert.match(await textOf(page.locator('.card')), /studio[\s\S]*This device is “/);
  });

  test('by typing, in any case and without the dash', async (t) => {
    const up = await startUp(t);
    const page = await watchedPage(t, up.url);
    await page.goto(up.url);
    await page.getByLabel('What this device is called').fill('my phone');
    await page.getByLabel('Pairing code').pressSequentially(up.code.replace('-', '').toLowerCase());
    assert.equal(await page.getByLabel('Pairing code').inputValue(), up.code);
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText('What shall it do?').waitFor();
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByText('“my phone”').waitFor();
  });

  test('with a wrong code says what is wrong and how many tries are left, and in the end when to try again', async (t) => {
    const up = await startUp(t);
    const page = await watchedPage(t, up.url);
    await page.goto(up.url);
    const code = page.getByLabel('Pairing code');
    await code.fill('2222-2220');
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText('never a 0, 1, I or O').waitFor();
    for (let left = 9; left >= 0; left -= 1) {
      await code.fill(`2222-222${left === 0 ? 'A' : left === 1 ? 'B' : left}`);
      await code.press('Enter');
      await page
        .getByText(new RegExp(`wrong, was used already, or has expired[\\s\\S]*${left} (try|tries) left`))
        .waitFor();
    }
    await code.fill(up.code);
    await code.press('Enter');
    await page.getByText(/Try again at \d\d:\d\d, in \d+ min/).waitFor();
    assert.ok(await page.getByRole('button', { name: /Try again in/ }).isDisabled());
  });

  test('in the clear from another machine is explained, with what to do', async (t) => {
    const up = await startUp(t);
    const context = await openBrowser(t, { width: 390, height: 800 });
    const page = context.pages()[0] ?? (await context.newPage());
    await page.route('http://relay.test/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: `${up.url}${pathname}` }) });
    });
    await page.goto(`http://relay.test/#${up.code}`);
    await page.getByRole('heading', { name: 'not safe enough' }).waitFor();
    await page.getByText('tailscale serve').waitFor();
    await page.getByText(/ssh -L 7420/).waitFor();
    assert.equal(page.url(), 'http://relay.test/');
    // the page may still be fetching its icon when the relay goes
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('is undone by forgetting the machine, which asks first', async (t) => {
    const { page } = await pairedPage(t);
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.getByRole('button', { name: 'Forget studio' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Forget studio' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText('No machine is paired').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Pair with a machine' }).waitFor();
  });

  test('is over when the machine removes the device: the page says so at once, and offers to pair again', async (t) => {
    const { page, up } = await pairedPage(t);
    const control = await LocalSocketClient.open(join(up.data, 'host', CONTROL_SOCKET));
    t.after(() => control.close());
    const { environmentId } = (await control.call('remoteControl/status/read')) as { environmentId: string };
    const { data } = (await control.call('remoteControl/client/list', { environmentId })) as {
      data: { clientId: string }[];
    };
    for (const { clientId } of data) await control.call('remoteControl/client/revoke', { environmentId, clientId });
    await page.getByText('This device was removed from studio').waitFor();
    await page.getByRole('button', { name: 'Pair again' }).click();
    await page.getByRole('heading', { name: 'Pair with a machine' }).waitFor();
  });

  test('a second tab leaves the link to the first, until it is told to take it', async (t) => {
    const { page, up } = await pairedPage(t);
    const second = await page.context().newPage();
    await second.goto(up.url);
    await second.getByRole('heading', { name: 'Open in another tab' }).waitFor();
    await second.getByRole('button', { name: 'Use it here' }).click();
    await second.getByRole('heading', { name: 'Machines' }).waitFor();
    await page.getByRole('heading', { name: 'Open in another tab' }).waitFor();
  });
});

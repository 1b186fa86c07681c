import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFaultProxy } from '@holdfast/testkit';
import { missingBrowser } from './support/chromium.ts';
import { pairByAddress, pairedPage, scriptedAgent, send, startUp, textOf, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

describe('a network that comes and goes', { skip, concurrency: 2 }, () => {
  test('in the middle of an answer: the page says so, counts down, and has the whole answer in the end', async (t) => {
    const up = await startUp(t, scriptedAgent);
    const proxy = await startFaultProxy(up.port);
    t.after(() => proxy.close());
    const page = await watchedPage(t, proxy.url);
    await pairByAddress(page, { url: proxy.url, code: up.code });
    await send(page, 'slow');
    await page.getByText('word3 ').waitFor();
    proxy.refuse();
    proxy.cutAll();
    await page.getByText(/Not connected: .*(Next try in|Trying now)/).waitFor();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    await proxy.accept();
    await page.getByText('word59').waitFor({ timeout: 60_000 });
    const words = (await textOf(page.locator('.answer'))).trim().split(' ');
    assert.deepEqual(
      words,
      Array.from({ length: 60 }, (_, n) => `word${n}`),
      'each once and in order',
    );
    await page.getByText('Not connected').waitFor({ state: 'detached' });
  });

  test('what is sent without one waits, and is sent once when it is back', async (t) => {
    const up = await startUp(t, scriptedAgent);
    const proxy = await startFaultProxy(up.port);
    t.after(() => proxy.close());
    const page = await watchedPage(t, proxy.url);
    await pairByAddress(page, { url: proxy.url, code: up.code });
    await send(page, 'first');
    await page.getByText('echo: first').waitFor();
    proxy.refuse();
    proxy.cutAll();
    await page.getByText('Not connected').first().waitFor();
    await send(page, 'written in a tunnel');
    await page.getByText('Waits for the network').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('the next one, still being typed');
    await proxy.accept();
    await page.getByText('echo: written in a tunnel').waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('.said', { hasText: 'written in a tunnel' }).count(), 1);
    assert.equal(await page.getByText('echo: written in a tunnel').count(), 1);
    assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'the next one, still being typed');
  });

  test('what was sent without one is a draft again when the page is closed meanwhile', async (t) => {
    const up = await startUp(t, scriptedAgent);
    const proxy = await startFaultProxy(up.port);
    t.after(() => proxy.close());
    const page = await watchedPage(t, proxy.url);
    await pairByAddress(page, { url: proxy.url, code: up.code });
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    proxy.refuse();
    proxy.cutAll();
    await page.getByText('Not connected').first().waitFor();
    await send(page, 'into the void');
    await page.getByText('Waits for the network').waitFor();
    await page.reload();
    await proxy.accept();
    assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'into the void');
  });

  test('what is typed outlives the page', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await page.getByLabel('Message', { exact: true }).fill('half a thought');
    await page.reload();
    await page.getByText('What shall it do?').waitFor();
    assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'half a thought');
  });

  test('the page opens without one, and tells what it last knew', async (t) => {
    const up = await startUp(t);
    const proxy = await startFaultProxy(up.port);
    t.after(() => proxy.close());
    const page = await watchedPage(t, proxy.url);
    await pairByAddress(page, { url: proxy.url, code: up.code });
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    proxy.refuse();
    proxy.cutAll();
    await page.getByRole('button', { name: 'Machines' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Machines' }).waitFor();
    await page.getByRole('heading', { name: 'studio' }).waitFor();
    await page.getByText('Not connected').first().waitFor();
    await proxy.accept();
    await page.getByText('Online').waitFor({ timeout: 60_000 });
  });
});

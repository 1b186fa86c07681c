import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingBrowser } from './support/chromium.ts';
import { assertAccessible, assertFits, shoot } from './support/looks.ts';
import {
  decide,
  everythingServer,
  pairByAddress,
  pairedPage,
  scriptedAgent,
  send,
  startUp,
  watchedPage,
} from './support/visit.ts';

const skip = missingBrowser();
const FIRST_LOAD_BYTES = 60 * 1024;

describe('the page', { skip, concurrency: 2 }, () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is complete for a screen reader and fits 320 px, ${colorScheme}`, async (t) => {
      const up = await startUp(t, scriptedAgent);
      const page = await watchedPage(t, up.url, { width: 320, height: 640, colorScheme, touch: true });
      const look = async (view: string) => {
        await assertFits(page, view);
        await assertAccessible(page, view);
        await shoot(page, `${colorScheme}-${view}`);
      };
      await page.goto(up.url);
      await page.getByRole('heading', { name: 'Pair with a machine' }).waitFor();
      await look('pair');
      await page.getByLabel('Pairing code').fill('2222-2222');
      await page.getByRole('button', { name: 'Pair', exact: true }).click();
      await page.getByText('does not work').waitFor();
      await look('pair-problem');
      await pairByAddress(page, up);
      await look('welcome');
      await send(page, 'hostile');
      await page.getByText('deep').waitFor();
      await look('markdown');
      await send(page, 'edit');
      await page.locator('.approval[data-armed="true"]').waitFor();
      await look('approval');
      await decide(page, 'Allow once');
      await page.getByText('Done').waitFor();
      await look('diff');
      await page.getByRole('button', { name: 'Messages on the wire' }).click();
      await look('wire');
      await page.getByRole('button', { name: 'Conversations' }).click();
      await page.getByText('An older conversation').waitFor();
      await look('threads');
      await page.getByRole('button', { name: 'Machines' }).click();
      await page.getByText('Online').waitFor();
      await page.locator('.lease-chart').waitFor();
      await look('machines');
      await page.getByText('What this means, and what happened').click();
      await page.getByRole('button', { name: 'Forget studio' }).click();
      await look('machines-open');
      await page.getByRole('button', { name: 'Keep it' }).click();
      await page.getByRole('button', { name: 'Devices of studio' }).click();
      await page.getByText('This device', { exact: true }).waitFor();
      await page.getByRole('button', { name: /^Rename/ }).click();
      await look('devices');
      await page.getByRole('button', { name: 'Machines' }).click();
      await page.getByRole('button', { name: 'Pair another machine' }).click();
      await page.getByRole('button', { name: 'Scan the QR code' }).click();
      await page.getByText('The camera was not allowed.').waitFor();
      await look('camera-refused');
    });
  }

  test('has forms for tools that are complete for a screen reader and fit 320 px', async (t) => {
    const up = await startUp(t, everythingServer);
    const page = await watchedPage(t, up.url, { width: 320, height: 640, touch: true });
    await page.goto(`${up.url}/#${up.code}`);
    for (const name of ['echo', 'get-annotated-message'])
      await page.locator('summary', { hasText: name }).first().click();
    await page.getByRole('button', { name: 'Call echo' }).click();
    await page.getByText('message is required.').waitFor();
    await assertFits(page, 'tools');
    await assertAccessible(page, 'tools');
    await shoot(page, 'light-tools');
  });

  test('loads in less than 60 KB, from its relay alone', async (t) => {
    const up = await startUp(t);
    const page = await watchedPage(t, up.url);
    const sizes: Promise<[string, number]>[] = [];
    page.on('requestfinished', (request) => {
      sizes.push(request.sizes().then(({ responseBodySize }) => [new URL(request.url()).pathname, responseBodySize]));
    });
    await page.goto(up.url, { waitUntil: 'networkidle' });
    const loaded = (await Promise.all(sizes)).filter(([path]) => path === '/' || path.startsWith('/assets/'));
    const bytes = loaded.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(loaded.length >= 3, 'page, script, style');
    assert.ok(bytes > 10_000 && bytes < FIRST_LOAD_BYTES, `${bytes} bytes: ${JSON.stringify(loaded)}`);
  });

  test('does not jump while an answer streams', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent, { width: 390, height: 500 });
    await page.evaluate(`globalThis.shifts = []; new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) {
        const moved = sources.map(({ node, previousRect, currentRect }) =>
          [node?.className || node?.nodeName, JSON.stringify(previousRect), JSON.stringify(currentRect)].join(' '));
        shifts.push({ value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: false })`);
    await send(page, 'blocks');
    await page.getByText('text 39').waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    const shifts = (await page.evaluate('shifts')) as { value: number }[];
    const sum = shifts.reduce((all, { value }) => all + value, 0);
    assert.ok(sum < 0.05, `it moved by ${sum}: ${JSON.stringify(shifts, null, 1)}`);
    const atEnd = await page.evaluate(
      `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('.conversation'))`,
    );
    assert.ok(Number(atEnd) < 2, 'and follows the answer');
  });

  test('can be installed', async (t) => {
    const up = await startUp(t);
    const page = await watchedPage(t, up.url);
    await page.goto(up.url);
    const manifest = await (await fetch(`${up.url}/manifest.webmanifest`)).json();
    const { name, display, icons } = manifest as { name: string; display: string; icons: { src: string }[] };
    assert.deepEqual([name, display], ['Holdfast', 'standalone']);
    for (const { src } of icons) assert.equal((await fetch(`${up.url}/${src}`)).status, 200, src);
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  });
});

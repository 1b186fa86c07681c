import { describe, test } from 'node:test';
import { eventually } from '../e2e/support/host-process.ts';
import { missingBrowser } from './support/chromium.ts';
import { everythingServer, startUp, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

/** Answers every request with what it was asked. */
const ECHO = `
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: { echoed: method, params } }) + '\\n');
  });`;

describe('an agent of another protocol, in a browser', { skip, concurrency: 2 }, () => {
  test('a real MCP server: its tools are listed and called', async (t) => {
    const up = await startUp(t, everythingServer);
    const page = await watchedPage(t, up.url);
    await page.goto(`${up.url}/#${up.code}`);
    const tool = async (name: string) => {
      const found = page.locator('.tools > li', {
        has: page.locator('summary code', { hasText: new RegExp(`^${name}$`) }),
      });
      await found.locator('summary').first().click();
      return found;
    };
    const echo = await tool('echo');
    await echo.getByRole('button', { name: 'Call echo' }).click();
    await echo.getByText('message is required.').waitFor();
    await echo.getByLabel('message').fill('from a phone');
    await echo.getByRole('button', { name: 'Call echo' }).click();
    await echo.getByText('Echo: from a phone').waitFor();

    const sum = await tool('get-sum');
    await sum.getByLabel('a', { exact: true }).fill('two');
    await sum.getByLabel('b', { exact: true }).fill('40');
    await sum.getByRole('button', { name: 'Call get-sum' }).click();
    await sum.getByText('a is not a number.').waitFor();
    await sum.getByLabel('a', { exact: true }).fill('2');
    await sum.getByRole('button', { name: 'Call get-sum' }).click();
    await sum.getByText('The sum of 2 and 40 is 42.').waitFor();

    const picture = await tool('get-tiny-image');
    await picture.getByRole('button', { name: 'Call get-tiny-image' }).click();
    const image = picture.locator('img');
    await image.waitFor();
    await eventually(
      'the picture to be drawn',
      async () => Number(await image.evaluate((element: { naturalWidth?: number }) => element.naturalWidth)) > 0,
    );

    const structured = await tool('get-structured-content');
    await structured.getByLabel('location').selectOption('Chicago');
    await structured.getByRole('button', { name: 'Call get-structured-content' }).click();
    await structured.getByText('The same as structured data').click();
    await structured.getByLabel('Structured data').getByText('temperature').waitFor();
  });

  test('any other: its messages are shown, and written by hand', async (t) => {
    const up = await startUp(t, ['--', process.execPath, '-e', ECHO]);
    const page = await watchedPage(t, up.url);
    await page.goto(`${up.url}/#${up.code}`);
    await page.getByText('does not know the protocol of this agent').waitFor();
    const line = page.getByLabel('A JSON-RPC message');
    await line.fill('not json');
    await line.press('Enter');
    await page.getByText('The message was not sent').waitFor();
    await line.fill('{"id": "by hand", "method": "ping/me", "params": [1]}');
    await line.press('Enter');
    await page.getByText('{"jsonrpc":"2.0","id":"by hand","result":{"echoed":"ping/me","params":[1]}}').waitFor();
    await line.press('ArrowUp');
    await eventually('the last message to be there again', async () => (await line.inputValue()).includes('ping/me'));
  });
});

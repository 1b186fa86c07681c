import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingBrowser } from './support/chromium.ts';
import { decide, pairedPage, scriptedAgent, send, startUp, textOf } from './support/visit.ts';

const skip = missingBrowser();

describe('a page that is opened anew', { skip, concurrency: 2 }, () => {
  test('shows the conversation that was shown, by what the agent remembers', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.getByRole('button', { name: /An older conversation/ }).click();
    await page.locator('strong', { hasText: 'remember' }).waitFor();
    await page.reload();
    await page.locator('strong', { hasText: 'remember' }).waitFor();
    await send(page, 'go on');
    await page.getByText('echo: go on').waitFor();
    assert.equal(await page.locator('strong', { hasText: 'remember' }).count(), 1);
  });

  test('in the middle of an answer takes up the very stream, and has the whole answer', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'slow');
    await page.getByText('word3 ').waitFor();
    await page.reload();
    await page.getByText('word59').waitFor();
    // what the page before had read comes again with the end of the answer
    await page.getByText('word0 ').waitFor();
    const words = (await textOf(page.locator('.answer'))).trim().split(' ');
    assert.deepEqual(
      words,
      Array.from({ length: 60 }, (_, n) => `word${n}`),
      'each once and in order',
    );
    await page.getByRole('button', { name: 'Send' }).waitFor();
    await send(page, 'decisions');
    await page.getByText('decisions:').waitFor();
  });

  test('while the agent waits for leave asks for it again, and the agent hears the answer', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'edit');
    await page.getByRole('heading', { name: 'May it change these files?' }).waitFor();
    await page.reload();
    await decide(page, 'Allow for this session');
    await send(page, 'decisions');
    await page.getByText('decisions: acceptForSession', { exact: true }).waitFor();
  });

  test('begins with another agent when the one it left is gone', async (t) => {
    const { page, up } = await pairedPage(t, scriptedAgent);
    await send(page, 'slow');
    await page.getByText('word3 ').waitFor();
    await page.goto('about:blank');
    await up.stop();
    await startUp(t, scriptedAgent, up.data, up.port);
    await page.goto(up.url);
    // depending on whether the relay still had something of it
    await page.getByText(/What shall it do\?|The agent does not remember what is above/).waitFor();
    await send(page, 'hello');
    await page.getByText('echo: hello').waitFor();
  });
});

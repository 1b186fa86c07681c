import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '../e2e/support/host-process.ts';
import { missingBrowser } from './support/chromium.ts';
import { decide, pairedPage, scriptedAgent, send, startUp, textOf, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

/** To a page that nobody sees an approval takes no answer, however long it has been there: so a test has all the time it wants. */
async function pretendHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${hidden ? 'hidden' : 'visible'}' });
    document.dispatchEvent(new Event('visibilitychange'));`);
}

describe('a conversation in a browser', { skip, concurrency: 2 }, () => {
  test('has a whole turn of the demo agent: streamed answer, a command that is allowed, its output', async (t) => {
    const { page } = await pairedPage(t);
    await send(page, 'what machine is this?');
    await page.getByText('You said: "what machine is this?"').waitFor();
    await page.getByRole('heading', { name: 'May it run this?' }).waitFor();
    assert.match(await textOf(page.locator('.approval')), /uname -sr[\s\S]*changes nothing/);
    await decide(page, 'Allow once');
    await page.getByText(/^It is Linux/).waitFor();
    assert.match(await textOf(page.getByLabel('Output')), /^Linux/);
    await page.locator('.progress[data-progress="completed"]').waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' }); // the turn ends after its last word
    assert.equal(await page.locator('.said').count(), 1);
  });

  test('an approval has no focus, and takes no tap that comes too early', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await pretendHidden(page, true);
    await send(page, 'edit the files');
    const allow = page.getByRole('button', { name: 'Allow once' });
    await allow.waitFor();
    assert.equal(await page.evaluate(`document.querySelector('.approval').contains(document.activeElement)`), false);
    await allow.click({ force: true }); // what a thumb does that was on its way to something else
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.approval[data-armed="false"]').count(), 1, 'neither counted');
    await pretendHidden(page, false);
    await decide(page, 'Deny');
    await page.getByText('Not allowed').waitFor();
    await send(page, 'decisions');
    await page.getByText('decisions: decline', { exact: true }).waitFor();
  });

  test('a press that begins before an approval takes answers is none when it ends after', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await pretendHidden(page, true);
    await send(page, 'edit the files');
    await page.getByRole('button', { name: 'Allow once' }).hover({ force: true });
    await page.mouse.down();
    await pretendHidden(page, false);
    await page.locator('.approval[data-armed="true"]').waitFor();
    await page.mouse.up();
    await decide(page, 'Deny');
    await send(page, 'decisions');
    await page.getByText('decisions: decline', { exact: true }).waitFor();
  });

  test('shows file changes as diffs, whatever their names', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'edit');
    await page.getByRole('heading', { name: 'May it change these files?' }).waitFor();
    await decide(page, 'Allow for this session');
    await send(page, 'decisions');
    await page.getByText('decisions: acceptForSession').waitFor();
    await page.getByText('src/<b>index</b>.ts').first().waitFor();
    await page.locator('.diff-line .token-keyword').first().waitFor(); // the colours come later, and change no text
    assert.equal(await textOf(page.locator('.diff-line[data-sign="+"]').first()), '+const b = 3;\n');
  });

  test('a command cannot hide anything from who allows it', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'trick');
    await page.getByText('echo safe⟨U+202E⟩; rm -rf ~⟨U+200B⟩').waitFor();
  });

  test('hostile Markdown is text: it runs nothing, loads nothing, leads nowhere it should not', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'hostile');
    await page.getByText('deep').waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    assert.equal(await page.title(), 'studio · Holdfast');
    const answer = page.locator('.answer');
    assert.equal(await answer.locator('script, iframe, img, svg, style, object, embed, form').count(), 0);
    assert.equal(await answer.locator('a:not([href^="https://evil.example/"])').count(), 0);
    const attributes = await page.evaluate(
      `[...new Set([...document.querySelectorAll('.answer *')].flatMap((element) => element.getAttributeNames()))].sort()`,
    );
    const known = ['aria-label', 'aria-level', 'class', 'href', 'rel', 'role', 'scope', 'tabindex', 'target', 'title'];
    assert.deepEqual(
      (attributes as string[]).filter((name) => !known.includes(name)),
      [],
    );
  });

  test('an answer of five megabytes is there from beginning to end, of which only what is near is drawn', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'huge');
    await page.getByRole('heading', { name: 'Part 5119' }).waitFor({ timeout: 90_000 });
    await page.getByRole('button', { name: 'Send' }).waitFor({ timeout: 60_000 });
    const drawn = () => page.evaluate(`document.querySelectorAll('.answer *').length`).then(Number);
    await eventually('what is far away to be left out', async () => (await drawn()) < 2_000);
    const scrollTo = (share: number) =>
      page.evaluate(`(({ scrollHeight, clientHeight }) => {
        document.querySelector('.conversation').scrollTop = (scrollHeight - clientHeight) * ${share};
      })(document.querySelector('.conversation'))`);
    await scrollTo(0.5);
    const middle = page
      .getByRole('heading', { name: /^Part 2[0-9]{3}$/ })
      .or(page.getByRole('heading', { name: /^Part 3[01]\d\d$/ }));
    await middle.first().waitFor();
    await scrollTo(0);
    await page.getByRole('heading', { name: 'Part 0', exact: true }).waitFor();
    assert.ok((await drawn()) < 2_000, `${await drawn()} elements`);
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
    await send(page, 'still there?');
    await page.getByText('echo: still there?').waitFor();
    await page.getByRole('button', { name: 'To the newest' }).waitFor({ state: 'detached' });
  });

  test('is stopped by one tap', async (t) => {
    const { page } = await pairedPage(t);
    await send(page, 'count to 9000');
    await page.getByText('1 2 3 4 5').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
  });

  test('goes on by one tap when the agent is gone, and keeps what was said', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await send(page, 'hello');
    await page.getByText('echo: hello').waitFor();
    await send(page, 'crash');
    await page.getByText('The agent is gone:').waitFor();
    await page.getByRole('button', { name: 'Connect again' }).click();
    await page.getByText('What you send now begins anew.').waitFor();
    await page.getByText('echo: hello').waitFor();
    await send(page, 'again');
    await page.getByText('echo: again').waitFor();
  });

  test('with an agent that does not start says why, in its own last words', async (t) => {
    const up = await startUp(t, [
      '--',
      process.execPath,
      '-e',
      'console.error("no configuration here"); process.exit(3)',
    ]);
    const page = await watchedPage(t, up.url);
    await page.goto(`${up.url}/#${up.code}`);
    await page.getByText(/The agent did not start: [\s\S]*no configuration here/).waitFor();
    await page.getByRole('button', { name: 'Connect again' }).waitFor();
  });

  test('is found again in the list of the agent’s conversations', async (t) => {
    const { page } = await pairedPage(t, scriptedAgent);
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.getByRole('button', { name: /An older conversation/ }).click();
    await page.locator('strong', { hasText: 'remember' }).waitFor();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByText('What shall it do?').waitFor();
  });

  test('is all done by the keyboard', async (t) => {
    const { page } = await pairedPage(t);
    await page.getByLabel('Message', { exact: true }).focus();
    await page.keyboard.type('what system is this?');
    await page.keyboard.press('Enter');
    await page.locator('.approval[data-armed="true"]').waitFor();
    const focused = () => page.evaluate(`document.activeElement.textContent`);
    for (let tabs = 0; (await focused()) !== 'Allow once'; tabs += 1) {
      assert.ok(tabs < 30, 'the button is reached by Tab');
      await page.keyboard.press('Shift+Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText(/^It is Linux/).waitFor();
  });
});

// Makes the pictures of the README, docs/images/*.png, from a real relay, host and browser: `npm run screenshots`, about three minutes.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { openBrowser } from '../../test/browser/support/chromium.ts';
import { startDrillRelay } from '../../test/browser/support/drill-relay.ts';
import { pairByAddress, send } from '../../test/browser/support/visit.ts';
import type { Ending } from '../../test/e2e/support/host-process.ts';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const AGENT = [process.execPath, join(import.meta.dirname, 'agent.ts')];
const TOKEN_LIFE_S = 90;
/** Some of the wait is over then, and the token still good. */
const LATER_MS = 4_000;
const MOST_BYTES = 150_000;
/** A renewal is due after two thirds of a life, and a drill lasts for the next one. */
const PATIENCE_MS = 3 * TOKEN_LIFE_S * 1_000;

const ends: (() => unknown)[] = [];
const ending: Ending = { after: (end) => void ends.push(end as () => unknown) }; // called without a context, as none of them wants one

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes; ${MOST_BYTES} may it have at most`);
  console.log(`${path}: ${Math.round(size / 1024)} KB`);
}

async function conversation(page: Page): Promise<void> {
  await send(page, 'Why does the report test fail on some days?');
  await page.locator('.approval[data-armed="true"]').waitFor();
  await page.locator('.approval .token-keyword').first().waitFor();
  await shoot(page, 'conversation');
  await page.getByRole('button', { name: 'Machines' }).click();
}

/** After one renewal that went well: so that there is something to compare with. */
async function drill(page: Page): Promise<void> {
  const chart = page.locator('.lease-chart');
  await chart.locator('.ask-good').nth(1).waitFor({ timeout: PATIENCE_MS });
  await page.getByLabel('and says: come back in').selectOption('10 s');
  await page.getByLabel('for', { exact: true }).selectOption('2 min');
  await page.getByRole('button', { name: 'Start the drill' }).click();
  await page.getByText('Holding on.').waitFor({ timeout: PATIENCE_MS });
  await page.evaluate('scrollTo(0, 0)');
  await delay(LATER_MS);
  await shoot(page, 'machines');
}

try {
  const relay = await startDrillRelay(ending, { tokenLife: TOKEN_LIFE_S, agent: AGENT });
  const context = await openBrowser(ending, { width: 720, height: 760 });
  const page = context.pages()[0] ?? (await context.newPage());
  await pairByAddress(page, relay);
  await conversation(page);
  await drill(page);
} finally {
  for (const end of ends.reverse()) await end();
}

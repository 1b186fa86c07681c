import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { tempDir } from '../e2e/support/host-process.ts';
import { missingBrowser } from './support/chromium.ts';
import { writeQrFilm } from './support/qr-film.ts';
import { startUp, watchedPage } from './support/visit.ts';

const skip = missingBrowser();

describe('the camera', { skip, concurrency: 2 }, () => {
  test('sees the QR code of a machine, and the page is paired with it', async (t) => {
    const up = await startUp(t);
    const film = join(tempDir(t), 'code.y4m');
    writeQrFilm(film, `${up.url}/#${up.code}`);
    const page = await watchedPage(t, up.url, { camera: film });
    await page.goto(up.url);
    await page.getByRole('button', { name: 'Scan the QR code' }).click();
    await page.getByText('What shall it do?').waitFor();
    assert.equal(await page.evaluate(`document.querySelectorAll('video').length`), 0);
  });

  test('that sees a QR code of another relay names it, and looks on', async (t) => {
    const up = await startUp(t);
    const film = join(tempDir(t), 'code.y4m');
    writeQrFilm(film, 'https://other.example/#ABCD-2345');
    const page = await watchedPage(t, up.url, { camera: film });
    await page.goto(up.url);
    await page.getByRole('button', { name: 'Scan the QR code' }).click();
    await page.getByText('This QR code is for another relay, https://other.example.').waitFor();
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    await page.getByRole('button', { name: 'Scan the QR code' }).waitFor();
  });

  test('that is refused, or not there, is explained, and the code can be typed', async (t) => {
    const up = await startUp(t);
    const without = await watchedPage(t, up.url, { camera: null });
    await without.goto(up.url);
    await without.getByRole('button', { name: 'Scan the QR code' }).click();
    await without.getByText('There is no camera. Type the code.').waitFor();
    const refused = await watchedPage(t, up.url);
    await refused.goto(up.url);
    await refused.getByRole('button', { name: 'Scan the QR code' }).click();
    await refused.getByText('The camera was not allowed.').waitFor();
    await refused.getByLabel('Pairing code').fill(up.code);
    await refused.getByRole('button', { name: 'Pair', exact: true }).click();
    await refused.getByText('What shall it do?').waitFor();
  });

  test('is for the page itself alone', async (t) => {
    const up = await startUp(t);
    const policy = (await fetch(up.url)).headers.get('permissions-policy') ?? '';
    assert.match(policy, /^camera=\(self\), microphone=\(\)/);
  });
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import type { Ending } from '../../e2e/support/host-process.ts';

const PROGRAM = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why these tests cannot run here; false when they can. Under CI a missing browser is a failure. */
export function missingBrowser(): string | false {
  if (existsSync(PROGRAM)) return false;
  const why = `There is no browser at ${PROGRAM}. \`npm run test:browser\` installs one where apt is there and may; HOLDFAST_CHROMIUM names another.`;
  if (process.env['CI'] === 'true') throw new Error(why);
  process.stderr.write(`Skipped: ${why}\n`);
  return why;
}

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly touch?: boolean;
  /** A film in Y4M that the camera shows; null: there is no camera. Default: one that nobody has allowed. */
  readonly camera?: string | null;
}

function cameraArguments(film: string | null | undefined): string[] {
  if (film === undefined) return ['--use-fake-device-for-media-stream'];
  if (film === null) return ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=0'];
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

/** A browser with nothing in it, that goes with the test. */
export async function openBrowser(t: Ending, options: BrowserOptions = {}): Promise<BrowserContext> {
  const { width = 1100, height = 800, colorScheme = 'light', touch = false, camera } = options;
  const profile = mkdtempSync(join(tmpdir(), 'hf-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: PROGRAM,
    args: [...ARGUMENTS, ...cameraArguments(camera)],
    viewport: { width, height },
    colorScheme,
    hasTouch: touch,
    isMobile: touch,
    locale: 'en-GB',
  });
  context.setDefaultTimeout(20_000);
  t.after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return context;
}

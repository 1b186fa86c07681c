import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CONTROL_SOCKET } from '@holdfast/host';
import { LocalSocketClient } from '@holdfast/local-socket';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { type Ending, tempDir } from '../../e2e/support/host-process.ts';
import { JsonLines, run } from '../../e2e/support/programs.ts';
import { type BrowserOptions, openBrowser } from './chromium.ts';

export const scriptedAgent = ['--', process.execPath, new URL('scripted-agent.ts', import.meta.url).pathname];

/** A real MCP server with a tool of each kind. */
export const everythingServer = [
  '--',
  process.execPath,
  join(
    dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
    'dist/index.js',
  ),
  'stdio',
];

export interface Up {
  readonly url: string;
  readonly port: number;
  readonly code: string;
  readonly data: string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
}

/** `holdfast up` as a process of its own, with the demo agent unless another is named. */
export async function startUp(t: Ending, agent: readonly string[] = [], data = tempDir(t), port = 0): Promise<Up> {
  const words = ['up', '--listen', `127.0.0.1:${port}`, '--data', data, '--name', 'studio', '--json', ...agent];
  const program = run(t, words, { PATH: '/usr/bin:/bin' });
  const lines = new JsonLines(program);
  const { url } = await lines.waitFor('the relay', ({ event }) => event === 'listening');
  const { manualPairingCode } = await lines.waitFor('the code', ({ event }) => event === 'pairing');
  return {
    url: String(url),
    port: Number(new URL(String(url)).port),
    code: String(manualPairingCode),
    data,
    stop: async () => void (await program.stop()),
  };
}

/** A page, watched: at the end of the test it must have asked nobody but its relay, broken no policy and thrown nothing. */
export async function watchedPage(t: Ending, origin: string, options: BrowserOptions = {}): Promise<Page> {
  const context = await openBrowser(t, options);
  return watch(t, context, origin);
}

async function watch(t: Ending, context: BrowserContext, origin: string): Promise<Page> {
  const page = context.pages()[0] ?? (await context.newPage());
  const faults: string[] = [];
  context.on('request', (request) => {
    const url = request.url().replace(/^blob:/, ''); // made by the page itself
    if (!url.startsWith(`${origin}/`)) faults.push(`asked ${url}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) faults.push(`opened ${socket.url()}`);
  });
  page.on('pageerror', (error) => faults.push(`threw ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (/content security policy|trusted ?types?/i.test(message.text())) faults.push(message.text());
  });
  t.after(() => assert.deepEqual(faults, []));
  return page;
}

/** Another code of the same host, as `holdfast pair` gets it. */
export async function anotherCode(t: Ending, { data }: Pick<Up, 'data'>): Promise<string> {
  const control = await LocalSocketClient.open(join(data, 'host', CONTROL_SOCKET));
  t.after(() => control.close());
  const { manualPairingCode } = (await control.call('remoteControl/pairing/start', { manualCode: true })) as {
    manualPairingCode: string;
  };
  return manualPairingCode;
}

/** Opens the page as a scanned QR does, and waits for the conversation. */
export async function pairByAddress(page: Page, { url, code }: { url: string; code: string }): Promise<void> {
  await page.goto(`${url}/#${code}`);
  await page.getByText('What shall it do?').waitFor();
}

/** `holdfast up`, and a page that is paired with its host and shows the conversation. */
export async function pairedPage(
  t: Ending,
  agent: readonly string[] = [],
  options: BrowserOptions = {},
): Promise<{ up: Up; page: Page }> {
  const up = await startUp(t, agent);
  const page = await watchedPage(t, up.url, options);
  await pairByAddress(page, up);
  return { up, page };
}

export async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

/** An approval takes no answer at first; this one waits as a person would, and taps. */
export async function decide(page: Page, name: string): Promise<void> {
  await page.locator('.approval[data-armed="true"]').waitFor();
  await page.getByRole('button', { name }).click();
}

/** The text that is there, once it is. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}

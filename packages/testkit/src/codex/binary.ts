import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The version whose behaviour docs/protocol.md describes. */
export const STOCK_CODEX_VERSION = '0.169.0';

const cache = fileURLToPath(new URL('../../../../.cache/', import.meta.url));
const folder = join(cache, `codex-${STOCK_CODEX_VERSION}`);

function executableIn(prefix: string): string {
  return join(prefix, 'node_modules', '.bin', 'codex');
}

/** The path of the pinned stock codex; installs it into the checkout's cache when it is missing. */
export async function stockCodexPath(): Promise<string> {
  if (!existsSync(executableIn(folder))) await install();
  return executableIn(folder);
}

/** Into a folder of its own first, so that a broken or a second installation never leaves half of one behind. */
async function install(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    const args = ['install', '--prefix', fresh, ...flags, `@openai/codex@${STOCK_CODEX_VERSION}`];
    const npm = spawn('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const [[code], complaint] = await Promise.all([once(npm, 'exit'), text(npm.stderr)]);
    if (code !== 0 || !existsSync(executableIn(fresh))) {
      throw new Error(`npm could not install codex ${STOCK_CODEX_VERSION} (exit code ${code}): ${complaint.trim()}`);
    }
    await rename(fresh, folder).catch((error: unknown) => {
      if (!existsSync(executableIn(folder))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

// The two hosts: ours as a person starts it, and the stock binary.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Authority, Leashed, startAuthority, stockCodexPath, writeCodexHome } from '@holdfast/testkit';

const holdfast = fileURLToPath(new URL('../../packages/cli/bin/holdfast.js', import.meta.url));

/** How long a host may take to start and to be heard of, in milliseconds. */
const START_PATIENCE_MS = 60_000;

export const subjects = ['holdfast', 'stock'] as const;
export type SubjectName = (typeof subjects)[number];

/** A host that is connected to an authority of its own. */
export interface Subject {
  readonly authority: Authority;
  /** From its start to its link, in milliseconds. */
  readonly startMs: number;
  /** Of the processes that it is: its launchers are not counted. */
  readonly isOwn: (command: string) => boolean;
  readonly group: number;
  stop(): Promise<void>;
}

export async function startSubject(name: SubjectName): Promise<Subject> {
  const dir = mkdtempSync(join(tmpdir(), 'hf-'));
  const authority = await startAuthority();
  const startedAt = performance.now();
  const host = name === 'holdfast' ? startHoldfast(authority.base, dir) : await startStock(authority.base, dir);
  const stop = async () => {
    await host.stop();
    await authority.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  host.stdout.resume();
  try {
    await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  } catch (cause) {
    await stop();
    throw new Error(`${name} did not connect. Its stderr: ${host.stderr()}`, { cause });
  }
  const isOwn = name === 'holdfast' ? isHoldfast : isStock;
  return { authority, startMs: performance.now() - startedAt, isOwn, group: host.group ?? 0, stop };
}

function startHoldfast(base: string, dir: string): Leashed {
  const env = { ...process.env, HOLDFAST_ACCOUNT_ID: 'account-1', HOLDFAST_ACCOUNT_TOKEN: 'account-token' };
  return new Leashed(process.execPath, [holdfast, 'host', '--relay', base, '--data', dir, '--', 'cat'], { env });
}

async function startStock(base: string, home: string): Promise<Leashed> {
  await writeCodexHome({ home, base });
  const { PATH } = process.env;
  return new Leashed(await stockCodexPath(), ['app-server', '--remote-control', '--listen', 'unix://'], {
    env: { PATH, HOME: home, CODEX_HOME: home, NO_COLOR: '1' },
    cwd: home,
  });
}

/** The leash runs the same Node with the same words behind its own. */
const isHoldfast = (command: string) => command.includes('bin/holdfast.js') && !command.includes('leash-main');

/** The binary itself: npm's launcher is a Node. */
const isStock = (command: string) => /^\S*codex app-server/.test(command) && !command.includes('leash-main');

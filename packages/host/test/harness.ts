import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Authority, type AuthorityOptions, type ManualClock, startAuthority } from '@holdfast/testkit';
import { pino } from 'pino';
import { type AgentCommand, fixedCredentials, Host, type HostOptions } from '../src/index.ts';

export const ACCOUNT = { accountId: 'account-1', accountToken: 'account-token-canary-3f9a' } as const;

/** An agent that answers every request with its own params and says, when asked, what a test wants to know of it. */
const ECHO = `
  const { spawn } = require('node:child_process');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    const reply = (result) => process.stdout.write(JSON.stringify({ id, result }) + '\\n');
    if (method === 'die') { process.stderr.write('first line\\nlast words\\n'); process.exit(3); }
    if (method === 'environment') return reply(process.env[params.name] ?? null);
    if (method === 'pid') return reply(process.pid);
    if (method === 'grandchild') {
      const child = spawn('sleep', ['600'], { stdio: 'ignore' });
      child.unref();
      return reply(child.pid);
    }
    if (method === 'line') return reply(line);
    if (method === 'write') return process.stdout.write(params.text);
    if (method === 'big') return reply('x'.repeat(params.size));
    if (method === 'flood') for (let n = 1; n <= params.count; n += 1) process.stdout.write(JSON.stringify({ method: 'tick', params: { n } }) + '\\n');
    if (id !== undefined && method !== 'silent') reply(params ?? null);
  });
`;

/** A small Node program as an agent. */
export function nodeAgent(script: string): AgentCommand {
  return { command: process.execPath, args: ['-e', script] };
}

export const echoAgent: AgentCommand = nodeAgent(ECHO);

/** Everything a host logged, at its most talkative. */
export class LogCapture {
  text = '';
  readonly logger = pino(
    { level: 'trace' },
    new Writable({
      write: (chunk, _encoding, done) => {
        this.text += String(chunk);
        done();
      },
    }),
  );
}

export function temporaryFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-host-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function authorityFor(t: TestContext, options: AuthorityOptions = {}): Promise<Authority> {
  const authority = await startAuthority(options);
  t.after(() => authority.close());
  return authority;
}

export interface HostUnderTest {
  readonly host: Host;
  readonly log: LogCapture;
  readonly dataDir: string;
}

/** A host that reconnects without a wait, made but not started. */
export function makeHost(t: TestContext, authority: Authority, options: Partial<HostOptions> = {}): HostUnderTest {
  const log = new LogCapture();
  const dataDir = options.dataDir ?? temporaryFolder(t);
  const host = new Host({
    relay: authority.base,
    dataDir,
    name: 'machine',
    agent: echoAgent,
    credentials: fixedCredentials(ACCOUNT, 'the test'),
    logger: log.logger,
    version: '1.2.3',
    random: () => 0,
    ...options,
  });
  t.after(() => host.close());
  return { host, log, dataDir };
}

/** A host that is connected. */
export async function connectedHost(t: TestContext, options: Partial<HostOptions> = {}) {
  const authority = await authorityFor(t);
  const made = makeHost(t, authority, options);
  made.host.start();
  const link = await authority.waitForLink();
  return { ...made, authority, link };
}

/** Waits for the Nth link of a host whose clock is manual: a wait of no length ends at once, whenever it begins. */
export function linkOf(authority: Authority, clock: ManualClock, ordinal: number) {
  return eventually(() => {
    void clock.advance(0);
    return authority.allLinks[ordinal - 1];
  }, `host websocket ${ordinal}`);
}

/** Waits for a status, told by the host itself. */
export function statusOf<T>(host: Host, probe: (status: ReturnType<Host['status']>) => T | undefined | null | false) {
  return eventually(() => probe(host.status()));
}

/** Looks again and again; how often decides only how soon a test ends. @throws Error after half a minute */
export async function eventually<T>(
  probe: () => T | undefined | null | false,
  what = 'the expected state',
): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const value = probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`Waited half a minute for ${what}, in vain.`);
    await sleep(5);
  }
}

/** Whether the process runs. One that has ended and was not collected by its parent does not. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

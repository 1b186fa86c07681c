import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CONTROL_SOCKET, type HostStatus } from '@holdfast/host';
import { LocalSocketClient } from '@holdfast/local-socket';
import { Leashed } from '@holdfast/testkit';

export const holdfast = fileURLToPath(new URL('../../../packages/cli/bin/holdfast.js', import.meta.url));

/** Of a test, or of anything else that ends: what is to be done then. */
export type Ending = Pick<TestContext, 'after'>;

/** Into which a program still wrote when its test ended: they go when all tests of the file have, and their programs. */
const leftovers = new Set<string>();
process.once('exit', () => {
  for (const dir of leftovers) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

/** A folder that goes with the test. */
export function tempDir(t: Ending): string {
  const dir = mkdtempSync(join(tmpdir(), 'hf-'));
  t.after(() => {
    try {
      rmSync(dir, { recursive: true, force: true });
    } catch {
      leftovers.add(dir); // a hook that throws would keep those behind it, which end programs, from running
    }
  });
  return dir;
}

/** Asks again until `probe` gives something; for what another process tells only when asked. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  patienceMs = 60_000,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await delay(100);
  }
}

/** What `promise` was rejected with; it is a failure if it was not. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('it should have been refused'),
    (error: unknown) => error,
  );
}

export interface HostProcessOptions {
  readonly relay: string;
  readonly dir: string;
  /** Added to the environment; with HOLDFAST_ACCOUNT_TOKEN and HOLDFAST_ACCOUNT_ID unless `env` says otherwise. */
  readonly env?: Record<string, string>;
  readonly agent?: readonly string[];
  /** More options of the command. */
  readonly more?: readonly string[];
}

/** `holdfast host`, as a process of its own, and its control socket. */
export class HostProcess {
  readonly process: Leashed;
  readonly #dir: string;
  #control: LocalSocketClient | null = null;

  constructor({ relay, dir, env, agent = ['cat'], more = [] }: HostProcessOptions) {
    this.#dir = dir;
    const account = { HOLDFAST_ACCOUNT_ID: 'account-1', HOLDFAST_ACCOUNT_TOKEN: 'account-token' };
    this.process = new Leashed(
      process.execPath,
      [holdfast, 'host', '--relay', relay, '--data', dir, ...more, '--', ...agent],
      {
        env: { ...process.env, ...(env ?? account) },
      },
    );
    this.process.stdout.resume();
  }

  async call(method: string, params: object = {}): Promise<unknown> {
    const path = join(this.#dir, CONTROL_SOCKET);
    this.#control ??= await eventually(
      'the control socket',
      () => existsSync(path) && LocalSocketClient.open(path).catch(() => null),
    );
    return this.#control.call(method, params);
  }

  async status(): Promise<HostStatus> {
    return (await this.call('holdfast/status')) as HostStatus; // the host's own answer
  }

  async pair(): Promise<unknown> {
    return this.call('remoteControl/pairing/start', { manualCode: true });
  }

  /** Waits until the status is as `probe` wants it. */
  async until(what: string, probe: (status: HostStatus) => boolean, patienceMs?: number): Promise<HostStatus> {
    return eventually(
      what,
      async () => {
        const status = await this.status();
        return probe(status) ? status : null;
      },
      patienceMs,
    );
  }

  async stop(): Promise<void> {
    this.#control?.close();
    await this.process.stop();
  }
}

/** Starts a host that ends with the test. */
export function startHost(
  t: Ending,
  options: Omit<HostProcessOptions, 'dir'> & { readonly dir?: string },
): HostProcess {
  const host = new HostProcess({ dir: tempDir(t), ...options });
  t.after(() => host.stop());
  return host;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type Authority,
  type AuthorityOptions,
  type FaultProxy,
  type HostLink,
  startAuthority,
  startFaultProxy,
  startStockCodex,
  writeCodexHome,
} from '@holdfast/testkit';
import { HostProcess } from '../../e2e/support/host-process.ts';

/** A host that is put to the test: ours, or the stock binary. */
export interface Subject {
  /** Starts a pairing; rejects when it is refused. */
  pair(): Promise<unknown>;
  /** To all of it. */
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, to all of it. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a process may take to start and to be heard of, in milliseconds: a busy machine fails no test. */
export const START_PATIENCE_MS = 40_000;

/** Starts a host with its state in `dir`. Whether it reaches its relay is another matter. */
export type Start = (relay: string, dir: string) => Promise<Subject>;

/** Our host with this agent; by default one that says nothing. */
export function oursWith(agent?: readonly string[]): Start {
  return async (relay, dir) => {
    const host = new HostProcess({ relay, dir, ...(agent === undefined ? {} : { agent }) });
    return {
      pair: () => host.pair(),
      signal: (signal) => host.process.kill(signal),
      crash: async () => {
        host.process.kill('SIGKILL');
        await host.process.exited;
        await host.stop();
      },
      stop: () => host.stop(),
    };
  };
}

/** Answers each request, and after `flood` writes for as long as it is read. */
export const tickingAgent = [process.execPath, fileURLToPath(new URL('ticking-agent.ts', import.meta.url))];

export const ours = oursWith();

export const stock: Start = async (relay, dir) => {
  await writeCodexHome({ home: dir, base: relay });
  const codex = await startStockCodex({ home: dir });
  return {
    pair: () => codex.rpc('remoteControl/pairing/start', { manualCode: true }),
    signal: (signal) => codex.kill(signal),
    crash: async () => {
      codex.kill('SIGKILL');
      await codex.stop();
    },
    stop: () => codex.stop(),
  };
};

/** An authority, and hosts of it that end with the test. */
export class Stage {
  readonly authority: Authority;
  readonly #t: TestContext;
  readonly #start: Start;
  readonly #dir: string;

  constructor(t: TestContext, start: Start, authority: Authority) {
    this.authority = authority;
    this.#t = t;
    this.#start = start;
    this.#dir = mkdtempSync(join(tmpdir(), 'hf-'));
    t.after(() => rmSync(this.#dir, { recursive: true, force: true, maxRetries: 3 }));
  }

  static async open(t: TestContext, start: Start, options: AuthorityOptions = {}): Promise<Stage> {
    const authority = await startAuthority(options);
    t.after(() => authority.close());
    return new Stage(t, start, authority);
  }

  /** Starts the host behind a proxy, and waits for its link. */
  async hostBehindProxy(): Promise<{ readonly host: Subject; readonly proxy: FaultProxy }> {
    const { authority } = this;
    const proxy = await startFaultProxy(authority.port);
    this.#t.after(() => proxy.close());
    const host = await this.host(authority.base.replace(authority.url, proxy.url));
    await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
    return { host, proxy };
  }

  /** Starts the host; again, with the state that an earlier one left. */
  async host(relay = this.authority.base): Promise<Subject> {
    const subject = await this.#start(relay, this.#dir);
    this.#t.after(() => subject.stop());
    return subject;
  }
}

/** Cuts the link, and says how many milliseconds later there was a new one; null: not within `patienceMs`. */
export async function timeToReconnect(
  authority: Authority,
  link: HostLink,
  patienceMs: number,
): Promise<number | null> {
  const before = authority.allLinks.length;
  const cutAt = performance.now();
  link.cut();
  const next = await authority.waitForLink(before + 1, { timeoutMs: patienceMs }).catch(() => null);
  return next === null ? null : performance.now() - cutAt;
}

/** How many calls were refused. */
export async function refusals(calls: readonly Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(calls);
  return results.filter(({ status }) => status === 'rejected').length;
}

/** Lets time pass, where the fault is one of time. */
export function pass(ms: number): Promise<void> {
  return delay(ms);
}

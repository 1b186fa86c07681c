// Some hundred real hosts in one process: their agents are never started, all else is as `holdfast host` has it.
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { paths } from '@holdfast/wire';
import { pino } from 'pino';
import { fixedCredentials, Host } from '../../packages/host/src/index.ts';
import { serve } from '../common/ipc.ts';

export interface OpenHosts {
  readonly ask: 'open';
  readonly dir: string;
  readonly relay: string;
  readonly account: { readonly accountId: string; readonly accountToken: string };
  readonly count: number;
}

export type RealQuestion =
  | OpenHosts
  /** At random moments of this time. */
  | { readonly ask: 'start'; readonly withinMs: number }
  | { readonly ask: 'sample' | 'begin' | 'trouble-over' | 'result' };

export interface Sample {
  readonly linked: number;
  /** With a token that has not expired, too. */
  readonly ready: number;
}

export interface RealResult {
  /** Requests, as they left. */
  readonly refreshes: number;
  /** Those that failed without an answer, by what the network or the host's own timeout said. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Those whose last refresh had failed when the trouble was over. */
  readonly seekers: number;
  /** How long after it each of them succeeded, in ms. */
  readonly found: readonly number[];
}

const direct = new Agent();
const hosts: Host[] = [];
const seeking = new Set<number>();
let refreshes = 0;
let unanswered: Record<string, number> = {};
let overAt: number | null = null;
let atEnd = new Set<number>();
let found: number[] = [];

serve(async (question: RealQuestion) => {
  switch (question.ask) {
    case 'open':
      return open(question);
    case 'start': {
      const start = async (host: Host): Promise<void> => {
        await pause(Math.random() * question.withinMs);
        host.start();
      };
      await Promise.all(hosts.map(start));
      return null;
    }
    case 'sample':
      return sample();
    case 'begin':
      refreshes = 0;
      unanswered = {};
      return null;
    case 'trouble-over':
      overAt = performance.now();
      atEnd = new Set(seeking);
      found = [];
      return null;
    case 'result':
      return { refreshes, unanswered, seekers: found.length + atEnd.size, found } satisfies RealResult;
  }
});

function open({ dir, relay, account, count }: OpenHosts): null {
  const logger = pino({ level: 'silent' });
  const credentials = fixedCredentials(account, 'the bench');
  for (let n = 0; n < count; n += 1) {
    hosts.push(
      new Host({
        relay,
        dataDir: join(dir, `host-${n}`),
        name: `real-${n}`,
        agent: { command: process.execPath, args: [] },
        credentials,
        logger,
        version: '0',
        egress: { fetch: watched(n), agentFor: () => direct },
      }),
    );
  }
  return null;
}

/** The fetch of one host: what it asks, and whether it still seeks. */
function watched(host: number): typeof globalThis.fetch {
  return async (input, init) => {
    if (!String(input).endsWith(paths.serverRefresh)) return fetch(input, init);
    refreshes += 1;
    let isServed = false;
    try {
      const response = await fetch(input, init);
      isServed = response.ok;
      return response;
    } catch (error) {
      const cause = causeOf(error);
      unanswered[cause] = (unanswered[cause] ?? 0) + 1;
      throw error;
    } finally {
      if (isServed) foundBy(host);
      else seeking.add(host);
    }
  };
}

/** A code such as `ECONNRESET`, else the error's name. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name;
}

function foundBy(host: number): void {
  seeking.delete(host);
  if (overAt !== null && atEnd.delete(host)) found.push(performance.now() - overAt);
}

function sample(): Sample {
  const now = Date.now();
  let linked = 0;
  let ready = 0;
  for (const host of hosts) {
    const { link, lease } = host.status();
    if (link.state !== 'connected') continue;
    linked += 1;
    if (lease.expiresAt !== null && Date.parse(lease.expiresAt) > now) ready += 1;
  }
  return { linked, ready };
}

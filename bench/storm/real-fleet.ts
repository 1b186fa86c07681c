// Real hosts at a real relay: sockets, SQLite, clocks and all.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalSocketClient } from '@holdfast/local-socket';
import { OPERATOR_SOCKET } from '@holdfast/relay/operator-socket';
import { DEFAULT_BASE_PATH, paths } from '@holdfast/wire';
import { Worker } from '../common/ipc.ts';
import { startRelayIn, startWorker, withFolder } from '../relay/field.ts';
import { drillsOf, END, ENROLLING, scenario, TOKEN_LIFE } from './real-scenario.ts';
import type { OpenHosts, RealQuestion, RealResult, Sample } from './real-worker.ts';

/** What came of a fleet, one number a second where it is over time. */
export interface FleetRun {
  readonly requests: { readonly refresh: number; readonly handshake: number };
  /** Shares of all hosts at each second's end. */
  readonly linked: readonly number[];
  /** Until 99 % of those whose refresh had failed had succeeded, in seconds after the trouble's end; null: not in the time. */
  readonly noticed: number | null;
}

export interface RealRun extends FleetRun {
  /** As `linked`, of those who have a good token, too. */
  readonly ready: readonly number[];
  /** Refreshes as the relay counts them: those it answered, and those that its drills met. */
  readonly refreshesAtRelay: number;
  /** Refreshes and handshakes that the relay put off under pressure. */
  readonly deferred: number;
  /** Refreshes without an answer, by cause. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** By how much the worst sample was late, in seconds: a machine with other work to do is no place for this. */
  readonly late: number;
}

/** Hosts of one process, and of one account: it may have 1,000. */
const HOSTS_EACH = 1_000;
/** From the last enrolment to the beginning. */
const SETTLE_MS = 2_000;

export async function runReal(count: number, say: (what: string) => void): Promise<RealRun> {
  return withFolder(async (dir) => {
    const relay = startWorker('relay-worker.ts');
    const sizes = Array.from({ length: Math.ceil(count / HOSTS_EACH) }, (_, n) =>
      Math.min(HOSTS_EACH, count - n * HOSTS_EACH),
    );
    const workers = sizes.map(() => new Worker(new URL('real-worker.ts', import.meta.url)));
    const relayDir = join(dir, 'relay');
    try {
      const { base } = await startRelayIn(relay, relayDir, 0, TOKEN_LIFE * 1000);
      const operator = await LocalSocketClient.open(join(relayDir, OPERATOR_SOCKET));
      say(`${count} real hosts open their folders`);
      await Promise.all(
        workers.map(async (worker, n) => {
          const part = join(dir, `hosts-${n}`);
          mkdirSync(part);
          // what this relay's operator gets
          const account = (await operator.call('account/create', { name: `bench-${n}` })) as OpenHosts['account'];
          const question: RealQuestion = { ask: 'open', dir: part, relay: base, account, count: sizes[n] ?? 0 };
          await worker.ask(question);
        }),
      );
      say(`${count} real hosts enroll, in ${ENROLLING} s`);
      await askAll(workers, { ask: 'start', withinMs: ENROLLING * 1000 });
      await pause(SETTLE_MS);
      say(`${count} real hosts for ${scenario.duration} s`);
      const run = await watch(workers, operator, count);
      operator.close();
      return run;
    } finally {
      for (const worker of [...workers, relay]) await worker.stop();
    }
  });
}

async function watch(workers: readonly Worker[], operator: LocalSocketClient, count: number): Promise<RealRun> {
  const began = performance.now();
  const until = (second: number): Promise<void> => pause(Math.max(0, began + second * 1000 - performance.now()));
  const before = await countAtRelay(operator);
  await askAll(workers, { ask: 'begin' });
  const drills = drillsOf(scenario).map(async ({ from, request }) => {
    await until(from);
    await operator.call('drill/start', request);
  });
  const over = until(END).then(() => askAll(workers, { ask: 'trouble-over' }));
  const linked: number[] = [];
  const ready: number[] = [];
  let late = 0;
  for (let second = 1; second <= scenario.duration; second += 1) {
    await until(second);
    const samples = await askAll<Sample>(workers, { ask: 'sample' });
    linked.push(samples.reduce((sum, sample) => sum + sample.linked, 0) / count);
    ready.push(samples.reduce((sum, sample) => sum + sample.ready, 0) / count);
    late = Math.max(late, (performance.now() - began) / 1000 - second);
  }
  await Promise.all([...drills, over]);
  const after = await countAtRelay(operator);
  const results = await askAll<RealResult>(workers, { ask: 'result' });
  const found = results.flatMap((result) => result.found).toSorted((a, b) => a - b);
  const seekers = results.reduce((sum, result) => sum + result.seekers, 0);
  const last = found[Math.ceil(0.99 * seekers) - 1];
  return {
    requests: {
      refresh: results.reduce((sum, { refreshes }) => sum + refreshes, 0),
      handshake: after.handshake - before.handshake,
    },
    refreshesAtRelay: after.refresh - before.refresh,
    deferred: after.deferred - before.deferred,
    unanswered: added(results.map((result) => result.unanswered)),
    late,
    linked,
    ready,
    noticed: last === undefined ? null : last / 1000,
  };
}

function askAll<T>(workers: readonly Worker[], question: RealQuestion): Promise<T[]> {
  return Promise.all(workers.map((worker) => worker.ask<T>(question)));
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [cause, count] of all.flatMap((one) => Object.entries(one))) sums[cause] = (sums[cause] ?? 0) + count;
  return sums;
}

interface RelayCounts {
  readonly refresh: number;
  readonly handshake: number;
  readonly deferred: number;
}

async function countAtRelay(operator: LocalSocketClient): Promise<RelayCounts> {
  const { text } = (await operator.call('metrics/read')) as { text: string }; // what this relay answers
  const sum = (series: string, label: string): number =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${series}{`) && line.includes(label))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  const route = (path: string): string => `route="${DEFAULT_BASE_PATH}/${path}"`;
  return {
    // only refreshes meet a drill that answers, and those it counts without their route
    refresh:
      sum('holdfast_relay_http_request_duration_seconds_count', route(paths.serverRefresh)) +
      sum('holdfast_relay_refused_total', 'reason="drill"'),
    handshake: sum('holdfast_relay_handshakes_total', route(paths.serverSocket)),
    deferred: sum('holdfast_relay_admitted_total', 'outcome="deferred"'),
  };
}
